"""What to keep alive, and how eagerly."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vigia_detect.processes import OwnProcess


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process of the tree.

    Attributes:
        name: unique; names the log, too.
        argv: the command. Not used when there is a `launch`.
        env: what is set on top of the supervisor's own environment.
        cwd: where it runs; where the supervisor does when None.
        log_file: gets its output; `home/logs/<name>.log` when None.
        stop_signal: asks it to finish what it does and leave.
        stop_timeout_s: seconds it has for that. Then SIGQUIT asks it to leave at once.
        quit_timeout_s: seconds it has for that. Then it and all it started are killed.
        launch: starts it, or finds the live one, and returns once it is of use; instead of `argv`.
        foundation: the others stand on it. It starts before them and stops after them, and
            outlives a supervisor that was killed.
        serves: what to show as its purpose, for example its queues.
    """

    name: str
    argv: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    log_file: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 30.0
    quit_timeout_s: float = 3.0
    launch: Callable[[], OwnProcess] | None = None
    foundation: bool = False
    serves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How long to wait before a process that died is started again. It is never given up.

    Attributes:
        first_s: the least time between its first two starts.
        cap_s: the most that time grows to; it doubles at each death.
        healthy_s: a life this long makes the deaths before it forgotten.
        crash_loop_after: so many deaths in a row are reported as a crash loop.
    """

    first_s: float = 0.25
    cap_s: float = 30.0
    healthy_s: float = 30.0
    crash_loop_after: int = 5

    def spacing_s(self, deaths: int) -> float:
        """Return the least seconds from the last start to the next, after `deaths` in a row.

        From start to start, not from death to start: what lived for a while is back at once.
        """
        return min(self.cap_s, self.first_s * 2.0 ** min(deaths - 1, 60))
