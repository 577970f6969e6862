"""A whole Vigia in a home of its own: the real broker, the real workers, the real supervisor."""

import contextlib
import io
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import psutil
from PIL import Image

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.system import processes
from vigia_detect.cli.up import PATIENCE
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.domain.states import CASE_ENDS, RUN_ENDS
from vigia_detect.embedded import EmbeddedBroker
from vigia_detect.settings import Settings
from vigia_detect.supervisor import ProcessSpec, Supervisor
from vigia_detect.testing import draw_wound

BROKER = "broker"
BODIES = Path(__file__).with_name("bodies_worker.py")
MAY_SLOW_DOWN = 60.0
EMERGENCY = {
    "vitals": {
        "sbp_mmhg": 85,
        "resp_rate_per_min": 26,
        "mental_state": "confused",
        "mental_state_new": True,
        "temp_c": 39.0,
    },
    "symptoms": {"chills": True},
}

Specs = Callable[[Settings, Mapping[str, str]], Sequence[ProcessSpec]]


class System:
    """A running system and a client of it in this process.

    Args:
        home: an empty folder.
        database_url: SQLite in the home when empty.
        environment: what the workers get on top of this process's own.
        specs: chooses the processes; the standard layout of `vigia up` by default.
        settings: what differs from the defaults.
    """

    def __init__(
        self,
        home: Path,
        *,
        database_url: str = "",
        environment: Mapping[str, str] | None = None,
        specs: Specs = processes,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        chosen = {"home": home, "broker": "", "database_url": database_url, "web_port": 0}
        chosen |= settings or {}
        self.settings = Settings().model_copy(update=chosen)
        self.environment = {
            "VIGIA_HOME": str(home),
            "VIGIA_DATABASE_URL": database_url,
            "CELERY_BROKER_URL": "",
            "REDIS_URL": "",
            "VIGIA_LEASE_S": str(self.settings.lease_s),
            **(environment or {}),
        }
        self.vigia = Vigia(self.settings)
        self.broker = EmbeddedBroker(home)
        self._specs = specs
        self._supervisor: Supervisor | None = None
        self._thread: threading.Thread | None = None
        self.start_s = 0.0  # how long the workers took to come up, on this machine as it is today
        self.vigia.store.upgrade()
        self.vigia.cipher.pseudonym("")  # makes the key before the workers look for it

    def start(self) -> None:
        """Start all processes and return when every worker listens."""
        specs = self._specs(self.settings, self.environment)
        self._supervisor = Supervisor(specs, home=self.settings.root, policy=PATIENCE)
        self._thread = threading.Thread(target=self._supervisor.run, name="supervisor")
        self._thread.start()
        workers, began = sum(spec.name != BROKER for spec in specs), time.monotonic()
        wait_until(lambda: self._listening() >= workers)
        self.start_s = time.monotonic() - began

    def stop(self) -> None:
        """End everything; what does not end is killed by the supervisor. May be called twice."""
        if self._supervisor is not None and self._thread is not None:
            self._supervisor.request_stop()
            self._thread.join(MAY_SLOW_DOWN)
            assert not self._thread.is_alive()
            self._supervisor = None
        self.broker.stop()
        self.vigia.close()

    def submit(
        self,
        number: int,
        *,
        context: Mapping[str, object] | None = None,
        priority: str = "routine",
        image: bytes | None = None,
        code: str = "",
    ) -> CaseId:
        """Accept a case of patient `number` (or `code`), as any client would."""
        submission = Submission(
            image=image or picture(number % 8),
            patient_code=code or f"PAC-{number:04d}",
            context=context or {},
            options=Options(priority=priority),
            actor="test",
        )
        return self.vigia.intake.accept(submission).case_id

    def open_cases(self, wanted: Collection[CaseId]) -> set[CaseId]:
        """Return which of these cases have not ended."""
        with self.vigia.store.read() as work:
            known = {case.id: case.state for case in work.cases.list(limit=100_000)}
        return {case for case in wanted if known.get(case) not in CASE_ENDS}

    def wait_all(self, wanted: Collection[CaseId], timeout_s: float) -> float:
        """Wait until these cases have ended; return how long that took."""
        began = time.monotonic()
        wait_until(lambda: not self.open_cases(wanted), timeout_s, pause_s=0.1)
        return time.monotonic() - began

    def wait_idle(self, timeout_s: float) -> None:
        """Wait until no work is left, notifications of ended cases included."""
        wait_until(lambda: not self._unfinished(), timeout_s, pause_s=0.1)

    def _unfinished(self) -> bool:
        with self.vigia.store.read() as work:
            return any(state not in RUN_ENDS for _, state in work.runs.counts())

    def pid(self, name: str) -> int | None:
        """Return the pid of a process of the layout while it runs."""
        assert self._supervisor is not None
        return next(p.pid for p in self._supervisor.status().processes if p.name == name)

    def tree(self, name: str) -> list[psutil.Process]:
        """Return a process of the layout and its living children, the parent first."""
        pid = self.pid(name)
        with contextlib.suppress(psutil.NoSuchProcess):
            if pid is not None:
                parent = psutil.Process(pid)
                return [parent, *parent.children(recursive=True)]
        return []

    def worker_names(self) -> list[str]:
        """Return the names of the workers of the layout."""
        assert self._supervisor is not None
        return [p.name for p in self._supervisor.status().processes if p.name != BROKER]

    def log(self, name: str) -> str:
        """Return what a process has logged."""
        file = self.settings.root / "logs" / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def _listening(self) -> int:
        """Return how many workers have come to the broker to consume."""
        if not self.broker.ping():
            return 0
        with contextlib.closing(self.broker.client()) as client:
            return int(client.scard("_kombu.binding.celery.pidbox"))


@contextlib.contextmanager
def running(**options: object) -> Iterator[System]:
    """Run a system in a temporary home and leave nothing behind, whatever happens."""
    with home_folder() as home:
        system = System(home, **options)  # type: ignore[arg-type]
        try:
            system.start()
            yield system
        finally:
            system.stop()


def behaving(behaviour: str) -> Specs:
    """Return the standard layout with workers whose image analysis does what a test asks."""

    def specs(settings: Settings, environment: Mapping[str, str]) -> list[ProcessSpec]:
        return [
            spec if spec.name == BROKER else replace(spec, argv=_argv(behaviour, spec))
            for spec in processes(settings, environment)
        ]

    return specs


def _argv(behaviour: str, spec: ProcessSpec) -> tuple[str, ...]:
    options = dict(word.split("=") for word in spec.argv if "=" in word)
    chosen = (options["--name"], options["--queues"], options["--concurrency"])
    return (sys.executable, str(BODIES), behaviour, *chosen)


@contextlib.contextmanager
def home_folder() -> Iterator[Path]:
    """Yield an empty folder whose path is short enough for a socket."""
    home = Path(tempfile.mkdtemp(prefix="vigia-test-"))
    try:
        yield home
    finally:
        shutil.rmtree(home)


@cache
def picture(seed: int, width: int = 640) -> bytes:
    """Return a drawn wound, enlarged to `width`; the same seed, the same bytes."""
    drawn = Image.open(io.BytesIO(draw_wound(seed)))
    file = io.BytesIO()
    drawn.resize((width, width * drawn.height // drawn.width)).save(file, "JPEG", quality=90)
    return file.getvalue()


def wait_until(
    true: Callable[[], object], timeout_s: float = MAY_SLOW_DOWN, *, pause_s: float = 0.02
) -> None:
    """Return when `true()` is; fail after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"not within {timeout_s:g} s"
        time.sleep(pause_s)
