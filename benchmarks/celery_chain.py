"""A bare Celery chain with a Redis result backend. Fast, and not crash-safe.

Messages are acknowledged before the work, the next step exists only as a message, and nobody looks
for what was lost: a killed worker or an emptied broker loses the case.
"""

import functools
import os
import sys
import uuid
from typing import Any

from celery import Celery, chain, signals
from contender import STAGES, CountedCases, Servers, StepRows
from workers import READY, Workers

app = Celery(
    "bench", broker=os.environ.get("BENCH_BROKER"), backend=os.environ.get("BENCH_RESULTS")
)
app.conf.task_default_queue = "bench"


@functools.cache
def _rows() -> StepRows:
    return StepRows(os.environ["BENCH_DATABASE"])


def _task(stage: str) -> Any:
    @app.task(name=stage)
    def step(case_id: str) -> str:
        _rows().write(case_id, stage)
        return case_id

    return step


TASKS = [_task(stage) for stage in STAGES]


@signals.worker_ready.connect
def _say_ready(**_: object) -> None:
    print(READY, flush=True)


class CeleryChain(CountedCases):
    """The chain, with its state rows in PostgreSQL or SQLite."""

    durable = False
    peer = True

    def __init__(self, *, sqlite: bool) -> None:
        super().__init__()
        self.name = f"Celery chain, {'SQLite' if sqlite else 'PostgreSQL'}"
        self._sqlite = sqlite

    def start(self, servers: Servers) -> None:
        """Make a new database and start the worker processes."""
        self._servers = servers
        self._cases = []
        self._database = "" if self._sqlite else servers.postgres.new_database()
        self._file = servers.folder / "celery.sqlite"
        url = f"sqlite:///{self._file}" if self._sqlite else self._postgres_url()
        self._rows = StepRows(url)
        self._rows.create()
        broker, results = servers.valkey.url(1), servers.valkey.url(2)
        app.conf.update(broker_url=broker, result_backend=results)
        self._workers = Workers(servers.folder)
        environment = {"BENCH_BROKER": broker, "BENCH_RESULTS": results, "BENCH_DATABASE": url}
        self._workers.start(_command(servers.processes), environment)
        self._workers.wait_ready()

    def submit(self) -> str:
        """Hand in one case."""
        case_id = str(uuid.uuid4())
        first, *others = TASKS
        chain(first.s(case_id), *(task.s() for task in others)).apply_async()
        return case_id

    def stop(self) -> None:
        """Stop the worker processes and drop the database."""
        self._workers.stop()
        self._rows.close()
        app.close()
        if self._sqlite:
            for file in self._file.parent.glob(f"{self._file.name}*"):
                file.unlink()
        else:
            self._servers.postgres.drop_database(self._database)

    def _postgres_url(self) -> str:
        return self._servers.postgres.url(self._database, driver="")


def _command(processes: int) -> list[str]:
    celery = [sys.executable, "-m", "celery", "-A", "celery_chain", "worker"]
    return [*celery, "-c", str(processes), "-l", "warning", "--without-gossip", "--without-mingle"]
