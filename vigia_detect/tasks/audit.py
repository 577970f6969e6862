"""The audit stage, and second looks by id, as Celery tasks. Each may run twice."""

from collections.abc import Callable

from vigia_detect.bootstrap import current
from vigia_detect.core.celery_config import TASK_NAMES, celery_app
from vigia_detect.domain.policy import DECISION_AUDIT, ERROR_AUDIT
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import NotFoundError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.tasks.base import run_stage

log = get_logger()


@celery_app.task(name=TASK_NAMES[Stage.AUDIT_LOG])
def audit_log_task(run_id: str, attempt: int) -> None:
    """Check that a case's trail is whole, and end the case."""
    run_stage(run_id, attempt)


@celery_app.task(name=TASK_NAMES[DECISION_AUDIT])
def medical_decision_audit_task(run_id: str, attempt: int) -> None:
    """Compare triage's decision with what is stored, and write the outcome into the trail."""
    _look(lambda: current().second_look.decision(run_id, attempt), DECISION_AUDIT, run_id)


@celery_app.task(name=TASK_NAMES[ERROR_AUDIT])
def system_error_audit_task(run_id: str, attempt: int) -> None:
    """Write into the trail how an attempt failed."""
    _look(lambda: current().second_look.failure(run_id, attempt), ERROR_AUDIT, run_id)


def _look(look: Callable[[], bool], task: str, run_id: str) -> None:
    """Look. It adds to what is on record already, so whoever asked may just ask again."""
    try:
        look()
    except (NotFoundError, UnavailableError) as error:
        log.warning("task_dropped", task=task, run_id=run_id, exc_info=error)
