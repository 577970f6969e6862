"""What a supervisor says of its processes, to this program and, by a file, to others."""

import json
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from vigia_detect.files import write_atomically

STATUS_FILE = Path("run") / "supervisor.json"
FRESH_S = 5.0


class ProcessState(StrEnum):
    """Where one process stands."""

    PENDING = "pending"
    RUNNING = "running"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process at one moment.

    Attributes:
        name: as in its spec.
        state: where it stands.
        crash_loop: it died many times in a row, and has not lived long since.
        pid: None unless it runs or stops.
        started_at: Unix seconds of the last start; None before the first.
        uptime_s: seconds since then; None unless it runs or stops.
        restarts: how often it was started again.
        rss_bytes: resident memory of it and what it started; a page shared by two counts
            twice. None unless it runs.
        last_exit: exit code of the last death, negative for a signal; None when there was none
            or it is unknown.
        problem: why the last start failed; empty when it did not.
        log_file: where its output goes.
        serves: as in its spec.
    """

    name: str
    state: ProcessState
    crash_loop: bool
    pid: int | None
    started_at: float | None
    uptime_s: float | None
    restarts: int
    rss_bytes: int | None
    last_exit: int | None
    problem: str
    log_file: str
    serves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All processes at one moment.

    Attributes:
        pid: the supervisor's own.
        taken_at: Unix seconds.
        stopping: it is asked to stop, or has.
        processes: in the order of their specs.
    """

    pid: int
    taken_at: float
    stopping: bool
    processes: tuple[ProcessStatus, ...]

    def current(self) -> bool:
        """Tell whether its supervisor is alive and wrote it less than five seconds ago."""
        return time.time() - self.taken_at < FRESH_S and psutil.pid_exists(self.pid)


def write_status(home: Path, snapshot: Snapshot) -> None:
    """Write `home/run/supervisor.json`, whole or not at all."""
    write_atomically(home / STATUS_FILE, json.dumps(asdict(snapshot)).encode())


def read_status(home: Path) -> Snapshot | None:
    """Return what this home's supervisor wrote last; None when there is nothing readable.

    Ask `current()` before believing it: a supervisor that was killed leaves its last words.
    """
    try:
        data = json.loads((home / STATUS_FILE).read_bytes())
        return Snapshot(**{**data, "processes": tuple(map(_process, data["processes"]))})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _process(data: dict[str, object]) -> ProcessStatus:
    state, serves = ProcessState(str(data["state"])), data["serves"]
    if not isinstance(serves, list):
        raise TypeError("serves is a list")
    return ProcessStatus(**{**data, "state": state, "serves": tuple(serves)})  # type: ignore[arg-type]
