"""The loop that keeps a tree of processes alive."""

import contextlib
import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

from vigia_detect.errors import ConfigurationError
from vigia_detect.files import private_dir
from vigia_detect.phrase import Phrase
from vigia_detect.processes import group_memory
from vigia_detect.supervisor.lifeline import Lifeline
from vigia_detect.supervisor.member import Member
from vigia_detect.supervisor.spec import ProcessSpec, RestartPolicy
from vigia_detect.supervisor.status import Snapshot, write_status

TICK_S = 0.1
REPORT_S = 1.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Watcher = Callable[[Snapshot], None]


class Supervisor:
    """Starts processes, restarts what dies, and ends them all when asked.

    Args:
        processes: what to keep alive. Foundations first, then the others in their order.
        home: gets `run/supervisor.json` every second, and the logs.
        policy: how long to wait before a restart.

    Raises:
        ConfigurationError: two processes have one name.
    """

    def __init__(
        self,
        processes: Sequence[ProcessSpec],
        *,
        home: Path,
        policy: RestartPolicy | None = None,
    ) -> None:
        names = [spec.name for spec in processes]
        if len(set(names)) < len(names):
            raise ConfigurationError(
                "two processes have one name: {names}", names=", ".join(sorted(names))
            )
        self._home = home.absolute()
        logs = self._home / "logs"
        self._members = [
            Member(spec, policy or RestartPolicy(), spec.log_file or logs / f"{spec.name}.log")
            for spec in processes
        ]
        self._base = [member for member in self._members if member.spec.foundation]
        self._others = [member for member in self._members if not member.spec.foundation]
        self._stop_requests = 0
        self._memory: dict[int, int] = {}
        self._reported = 0.0

    def run(self, watch: Watcher | None = None) -> None:
        """Keep the processes alive until SIGINT, SIGTERM, SIGHUP or `request_stop()`.

        Then stop them, foundations last. Each further request makes that faster.

        Args:
            watch: called every second with what is going on. It must not block for long.

        Raises:
            ConfigurationError: another supervisor runs on this home, or it cannot be used.
        """
        watch = watch or (lambda _snapshot: None)
        grace_s = max((member.spec.stop_timeout_s for member in self._others), default=0.0)
        with self._only_one(), self._signals(), contextlib.closing(Lifeline(grace_s)) as lifeline:
            try:
                while not self._stop_requests:
                    self._keep_alive(lifeline)
                    self._report(watch)
                    time.sleep(TICK_S)
            finally:
                self._end(self._others, watch)
                lifeline.hold(())
                self._end(self._base, watch)
                self._report(watch, at_once=True)

    def request_stop(self) -> None:
        """Ask `run` to end everything; ask again to make it faster. Any thread may call it."""
        # No event or lock: a signal handler calls this in the midst of anything.
        self._stop_requests += 1

    def status(self) -> Snapshot:
        """Return what is going on, memory as of the last report."""
        return Snapshot(
            pid=os.getpid(),
            taken_at=time.time(),
            stopping=self._stop_requests > 0,
            processes=tuple(m.status(self._memory.get(m.pid or 0)) for m in self._members),
        )

    def _keep_alive(self, lifeline: Lifeline) -> None:
        for member in self._base:
            member.tick()
        stands = all(member.running for member in self._base)
        for member in self._others:
            member.tick(may_start=stands)
            lifeline.hold(other.pid for other in self._others if other.pid is not None)

    def _end(self, members: Sequence[Member], watch: Watcher) -> None:
        heeded = self._stop_requests - 1
        while any(not member.stopped for member in members):
            if heeded < self._stop_requests:
                heeded += 1
                for member in members:
                    member.push()
            for member in members:
                member.tick_stopping()
            self._report(watch)
            time.sleep(TICK_S / 2)

    def _report(self, watch: Watcher, *, at_once: bool = False) -> None:
        if not at_once and time.monotonic() - self._reported < REPORT_S:
            return
        self._reported = time.monotonic()
        self._memory = group_memory([m.pid for m in self._members if m.pid is not None])
        snapshot = self.status()
        # A full disk must not end what it keeps alive; readers see that the file is old.
        with contextlib.suppress(OSError):
            write_status(self._home, snapshot)
        watch(snapshot)

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        try:
            path = private_dir(self._home / "run") / "supervisor.lock"
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ConfigurationError(
                "the home cannot be used: {why}", why=Phrase.of(error)
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError("another supervisor runs on {home}", home=self._home) from None
        else:
            yield
        finally:
            os.close(handle)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        # What somebody chose to ignore (nohup does) stays ignored.
        heeded = [one for one in STOP_SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self._on_signal) for number in heeded}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.request_stop()
