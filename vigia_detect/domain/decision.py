"""How a case ends."""

from collections.abc import Mapping

from vigia_detect.domain.stages import ESSENTIAL, Stage
from vigia_detect.domain.states import RUN_ENDS, CaseEvent, RunState, StatusCode


def ending(
    runs: Mapping[Stage, RunState], *, review_required: bool | None, alert_open: bool
) -> tuple[CaseEvent, StatusCode] | None:
    """Return how a case ends, or None while one of its runs goes on.

    Without an essential stage there is no result; otherwise an open alert, then anything that a
    person must look at, then a clean end. An unknown need for review counts as a need.

    Args:
        runs: the state of each stage's run.
        review_required: triage's word, None when triage has none.
        alert_open: whether an alert about this case waits for somebody.
    """
    if any(state not in RUN_ENDS for state in runs.values()):
        return None
    failed = {stage for stage, state in runs.items() if state == RunState.FAILED}
    if failed & ESSENTIAL:
        return CaseEvent.FINISH_WITHOUT_RESULT, StatusCode.NO_RESULT
    if alert_open:
        return CaseEvent.FINISH_WITH_ALERT, StatusCode.ALERT_OPEN
    if failed:
        return CaseEvent.FINISH_FOR_REVIEW, StatusCode.STAGE_EXHAUSTED
    if review_required is not False:
        return CaseEvent.FINISH_FOR_REVIEW, StatusCode.REVIEW_REQUIRED
    return CaseEvent.FINISH, StatusCode.RESULT_READY
