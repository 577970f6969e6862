"""A database whose process is killed at a chosen commit, and a process to be killed."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from vigia_detect.adapters.db.store import SqlStore, SqlUnitOfWork

Side = Literal["before", "after"]
FAILED = 3


class DyingStore(SqlStore):
    """Counts commits, and kills its own process right before or right after one of them.

    No commit waits for the disk: a killed process loses nothing that the system has taken, only a
    power cut would.

    Args:
        url: of the database.
        at: which commit, from 1; 0: none.
        side: of that commit.
    """

    def __init__(self, url: str, at: int = 0, side: Side = "before") -> None:
        super().__init__(url)
        self._at = (at, side)
        self.committed: list[str] = []

    @contextmanager
    def begin(self, *, relaxed: bool = False) -> Iterator[SqlUnitOfWork]:
        del relaxed
        with super().begin(relaxed=True) as work:
            commit = work.commit

            def perhaps() -> None:
                self.committed.append(sys._getframe(1).f_code.co_qualname)
                self._perhaps_die("before")
                commit()
                self._perhaps_die("after")

            work.commit = perhaps  # type: ignore[method-assign]
            yield work

    def _perhaps_die(self, side: Side) -> None:
        if self._at == (len(self.committed), side):
            os.kill(os.getpid(), signal.SIGKILL)


def in_a_process(job: Callable[[], None]) -> int:
    """Run a job in a forked process; return its exit code, negative for the signal that ended it.

    The job opens all that it uses itself: nothing of the parent's is shared.
    """
    child = os.fork()
    if child == 0:
        try:
            job()
        except BaseException:  # noqa: BLE001 - nothing of the parent's test may run on here
            traceback.print_exc()
            os._exit(FAILED)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
