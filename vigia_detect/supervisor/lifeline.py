"""The supervisor's end of the pipe to its guard."""

import contextlib
import subprocess
import sys
from collections.abc import Iterable

from vigia_detect.supervisor import guard


class Lifeline:
    """Names the processes that must not outlive this one, however it ends.

    Args:
        grace_s: seconds they have to finish what they do once this process is gone.
    """

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._held: frozenset[int] = frozenset()
        self._guard: subprocess.Popen[bytes] | None = None

    def hold(self, pids: Iterable[int]) -> None:
        """Replace the list of processes; start the guard anew if somebody ended it."""
        held = frozenset(pids)
        if self._guard is not None and self._guard.poll() is not None:
            self._bury()
        if self._guard is None:
            self._guard = self._start()
        elif held == self._held:
            return
        self._held = held
        # When the pipe is broken the next call finds the guard dead.
        with contextlib.suppress(BrokenPipeError):
            self._tell(held)

    def close(self) -> None:
        """Let go: the guard ends what is still on the list. Return when it is done."""
        self._bury()

    def _tell(self, held: frozenset[int]) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.write((" ".join(map(str, sorted(held))) + "\n").encode())

    def _bury(self) -> None:
        if self._guard is not None:
            if self._guard.stdin is not None:
                self._guard.stdin.close()
            self._guard.wait()
            self._guard = None

    def _start(self) -> subprocess.Popen[bytes]:
        # Isolated and without site packages: it must start fast, stay small and need nothing.
        return subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", "-S", guard.__file__, str(self._grace_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
