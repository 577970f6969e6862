"""Narratives as Celery tasks, on a queue that nothing else waits in."""

from celery.exceptions import SoftTimeLimitExceeded

from vigia_detect.bootstrap import current
from vigia_detect.core.celery_config import TASK_NAMES, celery_app
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.policy import NARRATIVE
from vigia_detect.errors import UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.tasks.base import RunTask

log = get_logger()


@celery_app.task(name=TASK_NAMES[NARRATIVE], base=RunTask)
def narrative_task(run_id: str, attempt: int) -> None:
    """Have the narrative of one decision written and attach it."""
    try:
        current().narratives.run(RunId(run_id), attempt, timeout=SoftTimeLimitExceeded)
    except UnavailableError as error:
        log.warning("task_dropped", run_id=run_id, attempt=attempt, exc_info=error)
