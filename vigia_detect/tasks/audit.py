"""The audit stage, a second look at decisions, and the record of dropped messages, as tasks."""

from vigia_detect.bootstrap import current
from vigia_detect.core.celery_config import SYSTEM_ERROR_TASK, TASK_NAMES, celery_app
from vigia_detect.domain.policy import DECISION_AUDIT
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import NotFoundError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.tasks.base import (
    ARGUMENTS,
    DROPPED,
    RunTask,
    record_dropped_message,
    run_stage,
)

log = get_logger()


@celery_app.task(name=TASK_NAMES[Stage.AUDIT_LOG], base=RunTask)
def audit_log_task(run_id: str, attempt: int) -> None:
    """Check that a case's trail is whole, and end the case."""
    run_stage(run_id, attempt)


@celery_app.task(name=TASK_NAMES[DECISION_AUDIT], base=RunTask)
def medical_decision_audit_task(run_id: str, attempt: int) -> None:
    """Compare triage's decision with what is stored, and write the outcome into the trail.

    It adds to what is on record already, so whoever asked may just ask again.
    """
    try:
        current().second_look.decision(run_id, attempt)
    except (NotFoundError, UnavailableError) as error:
        log.warning("task_dropped", task=DECISION_AUDIT, run_id=run_id, exc_info=error)


@celery_app.task(name=SYSTEM_ERROR_TASK)
def system_error_audit_task(*codes: object, **_: object) -> None:
    """Record that a worker dropped a message, and tell an administrator.

    Args:
        codes: one code, how the message was wrong; anything else is such a message itself.
    """
    known = [code for code in DROPPED if codes == (code,)]
    record_dropped_message(known[0] if known else ARGUMENTS)
