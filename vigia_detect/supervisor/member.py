"""One process that is kept alive."""

import signal
import time
from pathlib import Path

from vigia_detect.errors import VigiaError
from vigia_detect.files import private_dir, rotate
from vigia_detect.phrase import Phrase
from vigia_detect.processes import OwnProcess, spawn
from vigia_detect.supervisor.spec import ProcessSpec, RestartPolicy
from vigia_detect.supervisor.status import ProcessState, ProcessStatus


class Member:
    """Starts its process, starts it again when it dies, and ends it step by step.

    Nothing here waits but a spec's own `launch`; `tick` is called often and moves things on.
    """

    def __init__(self, spec: ProcessSpec, policy: RestartPolicy, log_file: Path) -> None:
        self.spec = spec
        self.state = ProcessState.PENDING
        self._policy = policy
        self._log_file = log_file
        self._process: OwnProcess | None = None
        self._started = 0.0
        self._started_at: float | None = None
        self._starts = 0
        self._deaths = 0
        self._failures = 0
        self._last_exit: int | None = None
        self._problem = ""
        self._push_at = 0.0
        self._pushes = 0

    @property
    def pid(self) -> int | None:
        """The number of its process while there is one."""
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        """Whether it is up and not asked to stop."""
        return self.state is ProcessState.RUNNING

    @property
    def stopped(self) -> bool:
        """Whether it has ended for good."""
        return self.state is ProcessState.STOPPED

    def tick(self, *, may_start: bool = True) -> None:
        """Notice a death, start what is due, forget old deaths."""
        now = time.monotonic()
        if self._process is None:
            if may_start and now >= self._due():
                self._start(now)
        elif not self._process.alive():
            self._died()
        elif now - self._started >= self._policy.healthy_s:
            self._deaths = self._failures = 0

    def push(self) -> None:
        """Take the next step to its end: ask it to finish, to leave at once, then kill it."""
        if self._process is None or self.stopped:
            self.state = ProcessState.STOPPED
            return
        steps = (
            (self.spec.stop_signal, self.spec.stop_timeout_s),
            (signal.SIGQUIT, self.spec.quit_timeout_s),
        )
        self.state = ProcessState.STOPPING
        if self._pushes < len(steps):
            number, patience_s = steps[self._pushes]
            self._process.signal(number)
            self._push_at = time.monotonic() + patience_s
        else:
            self._process.kill()
        self._pushes += 1

    def tick_stopping(self) -> None:
        """Notice its end, or push again when its time is over."""
        if self._process is None or not self._process.alive():
            if self._process is not None:
                self._last_exit = self._process.reap()
            self._process = None
            self.state = ProcessState.STOPPED
        elif time.monotonic() >= self._push_at:
            self.push()

    def status(self, rss_bytes: int | None) -> ProcessStatus:
        """Return what it looks like now."""
        alive = self._process is not None
        return ProcessStatus(
            name=self.spec.name,
            state=self.state,
            crash_loop=self._deaths >= self._policy.crash_loop_after,
            pid=self.pid,
            started_at=self._started_at,
            uptime_s=time.monotonic() - self._started if alive else None,
            restarts=max(0, self._starts - 1),
            rss_bytes=rss_bytes if alive else None,
            last_exit=self._last_exit,
            problem=self._problem,
            log_file=str(self._log_file),
            serves=self.spec.serves,
        )

    def _due(self) -> float:
        # Somebody else killed it, perhaps the kernel for want of memory: no sign that the next
        # start would fail, so only its own failures in a row make the wait longer.
        return self._started + self._policy.spacing_s(max(1, self._failures)) if self._deaths else 0

    def _start(self, now: float) -> None:
        self._started, self._started_at = now, time.time()
        self._starts += 1
        try:
            self._process = self._launch()
        except (VigiaError, OSError) as error:
            self._problem = Phrase.of(error)
            self._count_death()
        else:
            self._problem = ""
            self.state = ProcessState.RUNNING

    def _launch(self) -> OwnProcess:
        if self.spec.launch is not None:
            return self.spec.launch()
        private_dir(self._log_file.parent)
        rotate(self._log_file)
        return spawn(self.spec.argv, log_file=self._log_file, env=self.spec.env, cwd=self.spec.cwd)

    def _died(self) -> None:
        if self._process is not None:
            self._last_exit = self._process.reap()
            self._process = None
        self._count_death(killed=self._last_exit == -signal.SIGKILL)

    def _count_death(self, *, killed: bool = False) -> None:
        self._deaths += 1
        self._failures = 0 if killed else self._failures + 1
        self.state = ProcessState.RESTARTING
