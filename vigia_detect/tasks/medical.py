"""The medical stages as Celery tasks. Each may run twice; the claim decides."""

from vigia_detect.core.celery_config import TASK_NAMES, celery_app
from vigia_detect.domain.stages import Stage
from vigia_detect.tasks.base import RunTask, run_stage


@celery_app.task(name=TASK_NAMES[Stage.IMAGE_ANALYSIS], base=RunTask)
def image_analysis_task(run_id: str, attempt: int) -> None:
    """Look at the picture of a case."""
    run_stage(run_id, attempt)


@celery_app.task(name=TASK_NAMES[Stage.RISK_SCORE], base=RunTask)
def risk_score_task(run_id: str, attempt: int) -> None:
    """Add up the risk scales of a case."""
    run_stage(run_id, attempt)


@celery_app.task(name=TASK_NAMES[Stage.MEDICAL_ANALYSIS], base=RunTask)
def medical_analysis_task(run_id: str, attempt: int) -> None:
    """Apply the clinical rules to a case."""
    run_stage(run_id, attempt)


@celery_app.task(name=TASK_NAMES[Stage.TRIAGE], base=RunTask)
def triage_task(run_id: str, attempt: int) -> None:
    """Give a case its urgency and open its alerts."""
    run_stage(run_id, attempt)
