"""The audit stage as a Celery task."""

from vigia_detect.core.celery_config import TASK_NAMES, celery_app
from vigia_detect.domain.stages import Stage
from vigia_detect.tasks.base import run_stage


@celery_app.task(name=TASK_NAMES[Stage.AUDIT_LOG])
def audit_log_task(run_id: str, attempt: int) -> None:
    """Check that a case's trail is whole, and end the case."""
    run_stage(run_id, attempt)
