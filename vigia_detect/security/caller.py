"""Who this piece of work is done for, since they were let in at an entry point."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from vigia_detect.domain.access import Principal

_entered: ContextVar[Principal | None] = ContextVar("entered", default=None)


@contextmanager
def working_for(principal: Principal) -> Iterator[None]:
    """Note who was let in, for this thread or asynchronous task, until the block ends."""
    before = _entered.set(principal)
    try:
        yield
    finally:
        _entered.reset(before)


def caller() -> Principal:
    """Return who was let in.

    Raises:
        LookupError: nobody was: an entry point does not ask, which is a bug.
    """
    found = _entered.get()
    if found is None:
        raise LookupError("no entry point has asked for permission")
    return found
