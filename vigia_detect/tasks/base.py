"""What every task does."""

import uuid

from celery import Task
from celery.exceptions import SoftTimeLimitExceeded

from vigia_detect.bootstrap import current
from vigia_detect.domain.ids import RunId
from vigia_detect.errors import PoisonMessageError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.utils.failure_handler import Decision, FailureSeverity, classify, log_task_failure

UNREADABLE, UNKNOWN_TASK, ARGUMENTS = "unreadable", "unknown_task", "arguments"
DROPPED = frozenset({UNREADABLE, UNKNOWN_TASK, ARGUMENTS})

log = get_logger()


class RunTask(Task):  # type: ignore[misc] # Celery has no types
    """A task whose message names a run and its attempt, and nothing else."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Do it, or drop a message that names something else."""
        if not _names_a_run(*args, *kwargs.values()):
            record_dropped_message(ARGUMENTS)
            return None
        return self.run(*args, **kwargs)


def run_stage(run_id: str, attempt: int) -> None:
    """Run the stage that a message names.

    When the database is away the run stays as it is and is offered again by a sweeper, so the
    message can be dropped.
    """
    try:
        current().runner.run(RunId(run_id), attempt, timeout=SoftTimeLimitExceeded)
    except UnavailableError as error:
        log.warning("task_dropped", run_id=run_id, attempt=attempt, exc_info=error)


def record_dropped_message(code: str) -> None:
    """Log and record a message that was none of ours, and tell an administrator.

    Args:
        code: how it was wrong, one of `DROPPED`.
    """
    failure, vigia = classify(PoisonMessageError(code)), current()
    log_dropped_message(code)
    try:
        with vigia.store.begin() as work:
            ready = vigia.failures.drop_message(work, failure)
            work.commit()
    except UnavailableError as away:
        log_dropped_message("not_recorded", away)
    else:
        vigia.relay.send(ready)


def log_dropped_message(code: str, error: BaseException | None = None) -> None:
    """Log a message that was none of ours: how it was wrong, never what was in it."""
    failure = classify(PoisonMessageError(code))
    log_task_failure("message", Decision(failure, FailureSeverity.MEDIUM, None), error=error)


def _names_a_run(run_id: object = None, attempt: object = None, *more: object) -> bool:
    if more or not (isinstance(run_id, str) and type(attempt) is int and attempt >= 0):
        return False
    try:
        return str(uuid.UUID(run_id)) == run_id
    except ValueError:
        return False
