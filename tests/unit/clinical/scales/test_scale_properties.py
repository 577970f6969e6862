"""What must hold for every scale, whatever was filled in."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vigia_detect.clinical.scales import load_scales, score_scale
from vigia_detect.domain.scales import Direction, Scale
from vigia_detect.errors import InvalidContextError

SCALES = tuple(load_scales().scales.values())
Points = dict[str, int | None]


@st.composite
def filled(draw: st.DrawFn, *, blanks: bool = False) -> tuple[Scale, Points]:
    """A scale with all its items scored, or with at least one left blank."""
    scale = draw(st.sampled_from(SCALES))
    points: Points = {item.name: draw(st.integers(item.low, item.high)) for item in scale.items}
    if blanks:
        names = draw(st.sets(st.sampled_from([item.name for item in scale.items]), min_size=1))
        points |= dict.fromkeys(names)
    return scale, points


def worse_by_one(scale: Scale, points: Points) -> Iterator[Points]:
    step = 1 if scale.direction is Direction.HIGHER_IS_WORSE else -1
    for item in scale.items:
        value = points[item.name]
        if value is not None and item.low <= value + step <= item.high:
            yield points | {item.name: value + step}


@given(filled(), st.randoms(use_true_random=False))
def test_the_order_of_items_changes_nothing(case: tuple[Scale, Points], random: Random) -> None:
    scale, points = case
    shuffled = list(points.items())
    random.shuffle(shuffled)
    assert score_scale(scale.id, dict(shuffled)) == score_scale(scale.id, points)


@given(filled())
def test_a_total_is_the_sum_and_lies_in_the_range(case: tuple[Scale, Points]) -> None:
    scale, points = case
    score = score_scale(scale.id, points)
    low, high = scale.range
    assert score.total == sum(value for value in points.values() if value is not None)
    assert low <= score.total <= high
    assert score.categories.keys() == scale.profiles.keys()


@given(filled())
def test_worsening_an_item_never_improves_a_category(case: tuple[Scale, Points]) -> None:
    scale, points = case
    before = score_scale(scale.id, points).categories
    for worse in worse_by_one(scale, points):
        after = score_scale(scale.id, worse).categories
        for profile, category in before.items():
            levels = scale.levels(profile)
            assert levels.index(after[profile]) >= levels.index(category)


@given(filled(blanks=True))
def test_an_incomplete_scale_has_neither_total_nor_category(case: tuple[Scale, Points]) -> None:
    scale, points = case
    score = score_scale(scale.id, points)
    assert score.total is None
    assert score.incomplete
    assert score.categories == {}
    assert score.missing_items == tuple(name for name, value in points.items() if value is None)


@given(filled(blanks=True))
def test_a_blank_item_and_an_absent_one_are_the_same(case: tuple[Scale, Points]) -> None:
    scale, points = case
    absent = {name: value for name, value in points.items() if value is not None}
    assert score_scale(scale.id, absent) == score_scale(scale.id, points)


@given(filled(blanks=True), st.data())
def test_the_possible_range_holds_every_completion_and_no_more(
    case: tuple[Scale, Points], data: st.DataObject
) -> None:
    scale, points = case
    low, high = score_scale(scale.id, points).possible
    blank = [item for item in scale.items if points[item.name] is None]
    some = points | {item.name: data.draw(st.integers(item.low, item.high)) for item in blank}
    total = score_scale(scale.id, some).total
    assert total is not None
    assert low <= total <= high
    assert score_scale(scale.id, points | {item.name: item.low for item in blank}).total == low
    assert score_scale(scale.id, points | {item.name: item.high for item in blank}).total == high


@given(filled(blanks=True), st.integers(-1000, 1000), st.data())
def test_points_out_of_range_are_refused_by_name(
    case: tuple[Scale, Points], wrong: int, data: st.DataObject
) -> None:
    scale, points = case
    item = data.draw(st.sampled_from(scale.items))
    assume(not item.low <= wrong <= item.high)
    with pytest.raises(InvalidContextError) as caught:
        score_scale(scale.id, points | {item.name: wrong})
    (problem,) = caught.value.problems
    assert problem.path == f"patient_context.scales.{scale.id}.{item.name}"
    assert f"{item.low} to {item.high}" in problem.allowed


@pytest.mark.parametrize("wrong", [True, 2.0, "2"])
def test_only_whole_numbers_are_points(wrong: int) -> None:
    with pytest.raises(InvalidContextError, match=r"braden\.sensory"):
        score_scale("braden", {"sensory": wrong})


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(InvalidContextError) as caught:
        score_scale("braden", {"sensory": 5, "friction": 2, "moisture": 0})
    paths = [problem.path.rsplit(".", 1)[1] for problem in caught.value.problems]
    assert paths == ["sensory", "friction", "moisture"]
