"""Messages that are none of ours: unreadable, of an unknown task, with wrong arguments.

They are dropped, which loses no work, but never in silence. The worker's own process sees most of
them, and it must not open the database (see `process`), so it asks one of its pool to record it.
"""

from collections.abc import Callable
from typing import Any

from celery.worker.consumer.consumer import Consumer

from vigia_detect.core.celery_config import SYSTEM_ERROR_TASK, celery_app
from vigia_detect.domain.policy import Queue
from vigia_detect.tasks.base import ARGUMENTS, UNKNOWN_TASK, UNREADABLE, log_dropped_message


class WatchfulConsumer(Consumer):  # type: ignore[misc] # Celery has no types
    """Celery's consumer; what it would only log is recorded and told."""

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Drop a message whose body cannot be read."""
        _drop(message.ack, UNREADABLE, exc)

    def on_unknown_message(self, body: object, message: Any) -> None:
        """Drop a message that is no task."""
        del body
        _drop(message.reject, UNREADABLE)

    def on_unknown_task(self, body: object, message: Any, exc: Exception) -> None:
        """Drop a message of a task that this version does not have."""
        del body
        _drop(message.reject, UNKNOWN_TASK, exc)

    def on_invalid_task(self, body: object, message: Any, exc: Exception) -> None:
        """Drop a message of ours whose form is wrong."""
        del body
        _drop(message.reject, ARGUMENTS, exc)


def _drop(settle: Callable[[], None], code: str, error: Exception | None = None) -> None:
    log_dropped_message(code, error)
    try:
        settle()
        queue = Queue.AUDIT_LOGGING.value
        celery_app.send_task(SYSTEM_ERROR_TASK, args=(code,), queue=queue, retry=False)
    except Exception as away:  # noqa: BLE001 - whatever it was, the consumer must serve the others
        log_dropped_message("not_recorded", away)
