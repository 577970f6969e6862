"""How a case ends."""

from collections.abc import Mapping

from vigia_detect.domain.stages import ESSENTIAL, Stage
from vigia_detect.domain.states import (
    CASE_TABLE,
    RUN_ENDS,
    SETTLING,
    CaseEvent,
    CaseState,
    RunState,
    StatusCode,
    step,
)


def ending(
    runs: Mapping[Stage, RunState],
    *,
    review_required: bool | None,
    alert_open: bool,
    confirmed: bool = False,
) -> tuple[CaseEvent, StatusCode] | None:
    """Return how a case ends, or None while one of its runs goes on.

    Without an essential stage there is no result; otherwise an open alert, then anything that a
    person must look at, then a clean end. An unknown need for review counts as a need, and what a
    person has confirmed needs no other.

    Args:
        runs: the state of each stage's run.
        review_required: triage's word, None when triage has none.
        alert_open: whether an alert about this case waits for somebody to act.
        confirmed: whether a named person has confirmed the result.
    """
    if any(state not in RUN_ENDS for state in runs.values()):
        return None
    failed = {stage for stage, state in runs.items() if state == RunState.FAILED}
    if failed & ESSENTIAL:
        return CaseEvent.FINISH_WITHOUT_RESULT, StatusCode.NO_RESULT
    if alert_open:
        return CaseEvent.FINISH_WITH_ALERT, StatusCode.ALERT_OPEN
    if confirmed:
        return CaseEvent.FINISH, StatusCode.CONFIRMED
    if failed or review_required is not False:
        code = StatusCode.STAGE_EXHAUSTED if failed else StatusCode.REVIEW_REQUIRED
        return CaseEvent.FINISH_FOR_REVIEW, code
    return CaseEvent.FINISH, StatusCode.RESULT_READY


def settling(state: CaseState, event: CaseEvent) -> CaseState | None:
    """Return where a case that has ended goes, or None when it cannot; it may stay where it is.

    Args:
        state: the end it is in.
        event: how it would end now, by `ending`.
    """
    target = step(CASE_TABLE, CaseState.PROCESSING, event)
    reached = {CASE_TABLE.get((state, one)) for one in SETTLING}
    return target if target in {state, *reached} else None
