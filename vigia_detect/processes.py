"""A process of ours: started here, or left alive by an earlier run and adopted."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

POLL_S = 0.01

# The system knows a child by its number until it is reaped, whichever object started it.
_children: dict[int, subprocess.Popen[bytes]] = {}


class OwnProcess:
    """A process that we may signal.

    A child leads a session of its own: a terminal's Ctrl-C does not reach it, and whatever it
    leaves behind can be ended by its group.
    """

    def __init__(self, pid: int) -> None:
        """Take hold of a live process.

        Raises:
            psutil.NoSuchProcess: there is none with this number.
        """
        self.pid = pid
        # psutil remembers the start time too, so a number that was given anew is not mistaken.
        self._process = psutil.Process(pid)

    def alive(self) -> bool:
        """Tell whether it runs. A zombie does not."""
        try:
            return self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end, without taking it off the system's table; tell whether it came."""
        deadline = time.monotonic() + timeout_s
        while self.alive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_S)
        return True

    def signal(self, number: int) -> None:
        """Signal the process itself, not its children; nothing happens when it is dead."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it and, if it is our child, all that it started."""
        if self.pid not in _children:
            self.signal(signal.SIGKILL)
        else:
            # Until it is reaped our child, even dead, holds its number: no other group has it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def reap(self) -> int | None:
        """Bury a dead process and end what it left behind.

        Returns:
            the exit code, negative for a signal; None when it was not our child.
        """
        if self.pid not in _children:
            return None
        self.kill()
        return _children.pop(self.pid).wait()


def spawn(
    argv: Sequence[str],
    *,
    log_file: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    keep_fds: Sequence[int] = (),
) -> OwnProcess:
    """Start a child that appends its output to `log_file` and makes files only we can read.

    Args:
        argv: the command.
        log_file: made with mode 0600; its folder must exist.
        env: what is set on top of this process's environment.
        cwd: where it runs; here when None.
        keep_fds: open files that it shall inherit.

    Raises:
        OSError: it cannot be started.
    """
    handle = os.open(log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        child = subprocess.Popen(  # noqa: S603 - the callers' own commands, never a user's text
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            pass_fds=keep_fds,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(handle)
    _children[child.pid] = child
    return OwnProcess(child.pid)


def group_memory(leaders: Sequence[int]) -> dict[int, int]:
    """Return the resident bytes of each process group, a page shared by two counted twice."""
    totals = dict.fromkeys(leaders, 0)
    for pid in psutil.pids():
        # Processes come and go while we look, and others' may be hidden.
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            group = os.getpgid(pid)
            if group in totals:
                totals[group] += psutil.Process(pid).memory_info().rss
    return totals
