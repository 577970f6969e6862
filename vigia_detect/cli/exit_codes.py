from enum import IntEnum

from vigia_detect.errors import (
    AccessError,
    ConfigurationError,
    CorruptDataError,
    InvalidInputError,
    MustBeKeptError,
    NotFoundError,
    NotPossibleError,
    PermissionDeniedError,
    StorageFullError,
    UnavailableError,
    VigiaError,
    WaitTimeoutError,
)


class ExitCode(IntEnum):
    """What a command's exit code means. A number is never used for something else."""

    OK = 0
    UNEXPECTED = 1
    INVALID_INPUT = 2
    NOT_FOUND = 3
    UNAVAILABLE = 4
    CONFIGURATION = 5
    WAIT_TIMEOUT = 6
    STORAGE_FULL = 7
    UNHEALTHY = 8
    CORRUPT_DATA = 9
    NOT_POSSIBLE = 10
    DRILL_FAILED = 11
    MUST_BE_KEPT = 12
    TAMPERED = 13
    INCOMPLETE = 14
    PERMISSION_DENIED = 20
    LOGIN = 21


_CODES: tuple[tuple[type[VigiaError], ExitCode], ...] = (
    (InvalidInputError, ExitCode.INVALID_INPUT),
    (NotFoundError, ExitCode.NOT_FOUND),
    (NotPossibleError, ExitCode.NOT_POSSIBLE),
    (StorageFullError, ExitCode.STORAGE_FULL),
    (UnavailableError, ExitCode.UNAVAILABLE),
    (ConfigurationError, ExitCode.CONFIGURATION),
    (WaitTimeoutError, ExitCode.WAIT_TIMEOUT),
    (CorruptDataError, ExitCode.CORRUPT_DATA),
    (MustBeKeptError, ExitCode.MUST_BE_KEPT),
    (PermissionDeniedError, ExitCode.PERMISSION_DENIED),
    (AccessError, ExitCode.LOGIN),
)


def exit_code(error: VigiaError) -> ExitCode:
    """Return the exit code of an error."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return ExitCode.UNEXPECTED
