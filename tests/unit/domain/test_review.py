"""The order of the review queue: danger first, whatever else is there."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.ids import new_case_id
from vigia_detect.domain.review import Claim, Waiting, by_danger
from vigia_detect.domain.review_texts import WHY
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, StatusCode
from vigia_detect.domain.triage import Urgency

waiting_cases = st.lists(
    st.builds(
        Waiting,
        id=st.builds(new_case_id),
        state=st.sampled_from([CaseState.NEEDS_REVIEW, CaseState.ESCALATED, CaseState.FAILED]),
        status_code=st.sampled_from(StatusCode),
        urgency=st.sampled_from(Urgency),
        may_be_grave=st.sampled_from([None, False, True]),
        failed=st.booleans(),
        created_at=st.integers(0, 3).map(float),
        claim=st.sampled_from([None, Claim("Ana", 9.0, 1)]),
    ),
    max_size=8,
)


@given(waiting_cases)
def test_urgency_then_what_may_be_grave_then_age(waiting: list[Waiting]) -> None:
    ordered = by_danger(waiting)
    assert sorted(one.id for one in ordered) == sorted(one.id for one in waiting)
    for first, second in pairwise(ordered):
        assert first.urgency.rank >= second.urgency.rank
        if first.urgency == second.urgency:
            assert first.grave or not second.grave
            if first.grave == second.grave:
                assert first.created_at <= second.created_at


@given(waiting_cases)
def test_only_what_is_known_to_be_harmless_comes_last(waiting: list[Waiting]) -> None:
    for one in waiting:
        assert one.grave == (one.failed or one.may_be_grave is None or one.may_be_grave)


@given(waiting_cases.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_does_not_hang_on_how_it_was_found(
    found: tuple[list[Waiting], list[Waiting]],
) -> None:
    assert by_danger(found[0]) == by_danger(found[1])


def test_every_failed_stage_has_its_words() -> None:
    assert {f"{stage}_failed" for stage in Stage} <= set(WHY)
    assert all(set(words) == {"es", "en"} and all(words.values()) for words in WHY.values())
