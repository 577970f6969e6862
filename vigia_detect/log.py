"""Structured logs from an allow-list: a field that is not listed here is not written.

Patient data cannot be logged by accident: there is no field for it. Exceptions are logged by
type, place and error code; their texts come from outside and are left out.
"""

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

ALLOWED_FIELDS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "alert_id",
        "attempt",
        "case_id",
        "channel",
        "code",
        "count",
        "duration_ms",
        "error",
        "kind",
        "where",
        "pid",
        "process",
        "queue",
        "reason",
        "run_id",
        "state",
        "task",
    }
)


def keep_allowed(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Drop every field that is not in the allow-list."""
    return {key: value for key, value in event.items() if key in ALLOWED_FIELDS}


def name_exception(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Put an exception's type and place, not its text, into `error` and `where`."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        frames = traceback.extract_tb(error.__traceback__)
        if frames:
            event["where"] = f"{frames[-1].name}:{frames[-1].lineno}"
    return event


def configure_logging(level: str = "info") -> None:
    """Write one JSON object a line to standard error, from `level` up."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            name_exception,
            keep_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def get_logger() -> Any:
    """Return the logger. Its events are static names; values go into fields."""
    return structlog.get_logger()


class _StandardHandler(logging.Handler):
    """Sends records of libraries through our log, without the values they carry."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the message's template (never its arguments) and the exception's type."""
        event = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        get_logger().log(record.levelno, event, process=record.name, exc_info=record.exc_info)


def route_standard_logging(level: str = "info") -> None:
    """Send what libraries log through the same allow-list."""
    root = logging.getLogger()
    root.handlers = [_StandardHandler()]
    root.setLevel(level.upper())
    for chatty in ("celery", "kombu"):  # three lines a task, and ours say more
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
