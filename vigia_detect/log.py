"""Structured logs from an allow-list: a field that is not listed here is not written.

Patient data cannot be logged by accident: there is no field for it. Exceptions are logged by
type, place and error code; their texts come from outside and are left out.
"""

import contextlib
import json
import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.processors import NAME_TO_LEVEL
from structlog.typing import EventDict, WrappedLogger

from vigia_detect.security.masking import mask, masked_traceback

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
        "severity",
        "state",
        "task",
    }
)


def keep_allowed(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Drop every field that is not in the allow-list."""
    return {key: value for key, value in event.items() if key in ALLOWED_FIELDS}


def mask_texts(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Mask what looks like a patient's data in what is left: a second net (see `masking`)."""
    whole = {"timestamp", "level"}  # ours, and full of digits
    return {
        key: mask(value) if isinstance(value, str) and key not in whole else value
        for key, value in event.items()
    }


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


class _Level:
    """The least level that is written; a process sets it once."""

    least = logging.INFO


def drop_below_level(_logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Drop what is below the process's level."""
    if NAME_TO_LEVEL[name] < _Level.least:
        raise structlog.DropEvent
    return event


def _write_line(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    # A full disk or a closed terminal must not undo, or seem to undo, what was just committed.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(json.dumps(event, sort_keys=True, default=str) + "\n")
    raise structlog.DropEvent


PROCESSORS = (
    drop_below_level,
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    name_exception,
    keep_allowed,
    mask_texts,
    _write_line,
)


def configure_logging(level: str = "info") -> None:
    """Write from `level` up. One JSON object a line goes to standard error.

    An error that nobody catches is printed masked from then on, in threads and finalisers too.
    """
    _Level.least = logging.getLevelNamesMapping()[level.upper()]
    sys.excepthook = _print_masked
    threading.excepthook = _print_thread_masked
    sys.unraisablehook = _print_lost_masked


def _print_masked(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(masked_traceback(error))


def _print_thread_masked(info: threading.ExceptHookArgs) -> None:
    if info.exc_value is not None and not isinstance(info.exc_value, SystemExit):
        _print_masked(info.exc_type, info.exc_value, info.exc_traceback)


def _print_lost_masked(info: "sys.UnraisableHookArgs") -> None:
    if info.exc_value is not None:
        _print_masked(info.exc_type, info.exc_value, info.exc_traceback)


def get_logger() -> Any:
    """Return the logger. Its events are static names; values go into fields.

    It carries its own processors: whatever a program that uses Vigia sets up for structlog, what
    we write goes through the allow-list.
    """
    return structlog.wrap_logger(
        None,
        processors=PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=True,
    )


class _StandardHandler(logging.Handler):
    """Sends records of libraries through our log, without their words.

    A library may have put anything into its message; what is kept is who said it, how loudly, and
    the type and place of an exception.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Log that a library said something."""
        level = logging.getLevelName(record.levelno).lower()
        write = getattr(get_logger(), level, get_logger().warning)
        write("library_message", process=record.name, exc_info=record.exc_info)


def route_standard_logging(level: str = "info") -> None:
    """Send what libraries log through the same allow-list."""
    root = logging.getLogger()
    root.handlers = [_StandardHandler()]
    root.setLevel(level.upper())
    for chatty in ("celery", "kombu"):  # three lines a task, and ours say more
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
