"""Who this piece of work is done for, since they were let in at an entry point."""

from contextvars import ContextVar

from vigia_detect.domain.access import Principal

_entered: ContextVar[Principal | None] = ContextVar("entered", default=None)


def enter(principal: Principal) -> None:
    """Note who was let in; it holds for this thread or asynchronous task."""
    _entered.set(principal)


def caller() -> Principal:
    """Return who was let in.

    Raises:
        LookupError: nobody was: an entry point does not ask, which is a bug.
    """
    found = _entered.get()
    if found is None:
        raise LookupError("no entry point has asked for permission")
    return found
