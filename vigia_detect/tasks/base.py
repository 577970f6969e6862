"""What every stage task does."""

from celery.exceptions import SoftTimeLimitExceeded

from vigia_detect.bootstrap import current
from vigia_detect.domain.ids import RunId
from vigia_detect.errors import UnavailableError
from vigia_detect.log import get_logger

log = get_logger()


def run_stage(run_id: str, attempt: int) -> None:
    """Run the stage that a message names.

    When the database is away the run stays as it is and is offered again by a sweeper, so the
    message can be dropped.
    """
    try:
        current().runner.run(RunId(run_id), attempt, timeout=SoftTimeLimitExceeded)
    except UnavailableError as error:
        log.warning("task_dropped", run_id=run_id, attempt=attempt, exc_info=error)
