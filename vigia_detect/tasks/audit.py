"""The audit stage, and the record of what is wrong with the system, as Celery tasks."""

from vigia_detect.core.celery_config import SYSTEM_ERROR_TASK, TASK_NAMES, celery_app
from vigia_detect.domain.stages import Stage
from vigia_detect.tasks.base import (
    ARGUMENTS,
    DROPPED,
    RunTask,
    record_dropped_message,
    run_stage,
)


@celery_app.task(name=TASK_NAMES[Stage.AUDIT_LOG], base=RunTask)
def audit_log_task(run_id: str, attempt: int) -> None:
    """Check that a case's trail is whole, and end the case."""
    run_stage(run_id, attempt)


@celery_app.task(name=SYSTEM_ERROR_TASK)
def system_error_audit_task(*codes: object, **_: object) -> None:
    """Record that a worker dropped a message, and tell an administrator.

    Args:
        codes: one code, how the message was wrong; anything else is such a message itself.
    """
    known = [code for code in DROPPED if codes == (code,)]
    record_dropped_message(known[0] if known else ARGUMENTS)
