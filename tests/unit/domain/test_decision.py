from itertools import product

import pytest

from vigia_detect.domain.decision import ending, settling
from vigia_detect.domain.stages import ESSENTIAL, INPUTS, Stage, successors
from vigia_detect.domain.states import (
    CASE_TABLE,
    RUN_ENDS,
    CaseEvent,
    CaseState,
    RunState,
    StatusCode,
    step,
)

ALL_DONE = dict.fromkeys(Stage, RunState.DONE)
ENDINGS = [dict(zip(Stage, states, strict=True)) for states in product(RUN_ENDS, repeat=len(Stage))]


def final(
    runs: dict[Stage, RunState], *, review_required: bool | None, alert_open: bool
) -> tuple[CaseState, StatusCode]:
    found = ending(runs, review_required=review_required, alert_open=alert_open)
    assert found is not None
    event, code = found
    return step(CASE_TABLE, CaseState.PROCESSING, event), code


@pytest.mark.parametrize("alert_open", [False, True])
@pytest.mark.parametrize("review_required", [None, False, True])
@pytest.mark.parametrize("state", sorted(set(RunState) - RUN_ENDS))
@pytest.mark.parametrize("stage", Stage)
def test_a_case_does_not_end_while_one_run_goes_on(
    stage: Stage, state: RunState, *, review_required: bool | None, alert_open: bool
) -> None:
    runs = ALL_DONE | {stage: state}
    assert ending(runs, review_required=review_required, alert_open=alert_open) is None


@pytest.mark.parametrize("alert_open", [False, True])
@pytest.mark.parametrize("review_required", [None, False, True])
def test_all_endings(*, review_required: bool | None, alert_open: bool) -> None:
    for runs in ENDINGS:
        failed = {stage for stage, state in runs.items() if state == RunState.FAILED}
        state, code = final(runs, review_required=review_required, alert_open=alert_open)
        # doubt ends with a person: only a whole result that nobody questions is completed
        whole = not failed and not alert_open and review_required is False
        assert (state == CaseState.COMPLETED) == whole
        assert (state == CaseState.FAILED) == bool(failed & ESSENTIAL)
        assert (code == StatusCode.RESULT_READY) == whole
        if alert_open:
            assert state in {CaseState.ESCALATED, CaseState.FAILED}


@pytest.mark.parametrize(
    ("failed", "review_required", "alert_open", "state", "code"),
    [
        (None, False, False, CaseState.COMPLETED, StatusCode.RESULT_READY),
        (None, True, False, CaseState.NEEDS_REVIEW, StatusCode.REVIEW_REQUIRED),
        (None, None, False, CaseState.NEEDS_REVIEW, StatusCode.REVIEW_REQUIRED),
        (None, False, True, CaseState.ESCALATED, StatusCode.ALERT_OPEN),
        (Stage.IMAGE_ANALYSIS, False, False, CaseState.NEEDS_REVIEW, StatusCode.STAGE_EXHAUSTED),
        (Stage.AUDIT_LOG, False, False, CaseState.NEEDS_REVIEW, StatusCode.STAGE_EXHAUSTED),
        (Stage.IMAGE_ANALYSIS, True, True, CaseState.ESCALATED, StatusCode.ALERT_OPEN),
        (Stage.TRIAGE, False, True, CaseState.FAILED, StatusCode.NO_RESULT),
        (Stage.MEDICAL_ANALYSIS, None, False, CaseState.FAILED, StatusCode.NO_RESULT),
    ],
)
def test_examples(
    failed: Stage | None,
    state: CaseState,
    code: StatusCode,
    *,
    review_required: bool | None,
    alert_open: bool,
) -> None:
    runs = ALL_DONE | ({failed: RunState.FAILED} if failed else {})
    found = final(runs, review_required=review_required, alert_open=alert_open)
    assert found == (state, code)


def test_every_stage_waits_only_for_earlier_ones_and_one_ends_the_case() -> None:
    order = list(Stage)
    assert set(INPUTS) == set(order)
    for stage, inputs in INPUTS.items():
        assert all(order.index(source) < order.index(stage) for source in inputs)
    assert [stage for stage in Stage if not successors(stage)] == [Stage.AUDIT_LOG]


@pytest.mark.parametrize("alert_open", [False, True])
@pytest.mark.parametrize("review_required", [None, False, True])
def test_what_a_person_has_confirmed_needs_no_other(
    *, review_required: bool | None, alert_open: bool
) -> None:
    for runs in ENDINGS:
        found = ending(runs, review_required=review_required, alert_open=alert_open, confirmed=True)
        plain = ending(runs, review_required=review_required, alert_open=alert_open)
        if alert_open or ESSENTIAL & {one for one, end in runs.items() if end == RunState.FAILED}:
            assert found == plain
        else:
            assert found == (CaseEvent.FINISH, StatusCode.CONFIRMED)


@pytest.mark.parametrize(
    ("state", "event", "target"),
    [
        (CaseState.ESCALATED, CaseEvent.FINISH, CaseState.COMPLETED),
        (CaseState.ESCALATED, CaseEvent.FINISH_FOR_REVIEW, CaseState.NEEDS_REVIEW),
        (CaseState.ESCALATED, CaseEvent.FINISH_WITH_ALERT, CaseState.ESCALATED),
        (CaseState.NEEDS_REVIEW, CaseEvent.FINISH, CaseState.COMPLETED),
        (CaseState.NEEDS_REVIEW, CaseEvent.FINISH_WITH_ALERT, CaseState.ESCALATED),
        (CaseState.COMPLETED, CaseEvent.FINISH_WITH_ALERT, CaseState.ESCALATED),
        (CaseState.COMPLETED, CaseEvent.FINISH, CaseState.COMPLETED),
        (CaseState.FAILED, CaseEvent.FINISH_WITHOUT_RESULT, CaseState.FAILED),
        # no result cannot come from settling, nor a result from none, nor doubt after a clean end
        (CaseState.FAILED, CaseEvent.FINISH, None),
        (CaseState.ESCALATED, CaseEvent.FINISH_WITHOUT_RESULT, None),
        (CaseState.COMPLETED, CaseEvent.FINISH_FOR_REVIEW, None),
        (CaseState.PROCESSING, CaseEvent.FINISH, None),
    ],
)
def test_where_an_ended_case_settles(
    state: CaseState, event: CaseEvent, target: CaseState | None
) -> None:
    assert settling(state, event) == target
