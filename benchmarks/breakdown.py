"""Where the time of a case goes, step by step: rounds to the database, messages, and the rest.

The whole pipeline runs in this one process, with empty stage bodies. Messages are really sent, but
nobody takes them: the steps follow each other directly. What `run.py` shows on top of this is how
Celery takes messages, and waiting.

    python benchmarks/breakdown.py --help
"""

import argparse
import functools
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pyinstrument import Profiler
from rich.table import Table
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from empty import BODIES, SUBMISSION, make_intake
from run import console, shared_servers
from vigia_home import VigiaHome

from vigia_detect.adapters.db.prepared import Prepared
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.case import CaseFile, Run, StageOutput, StageResults
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.stages import Stage
from vigia_detect.ports import Publisher
from vigia_detect.stages.runner import StageBody

WARM_UP_CASES = 20
STAGES_RUN: list[str] = []


@dataclass(slots=True)
class Cost:
    """What one kind of step took, over all cases."""

    calls: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    statements: int = 0
    statements_s: float = 0.0
    commits_s: float = 0.0
    sending_s: float = 0.0

    def add(self, other: "Cost") -> None:
        """Add up."""
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))


@dataclass(slots=True)
class Database:
    """Counts what this process asks of its database."""

    cost: Cost = field(default_factory=Cost)
    shapes: Counter[str] = field(default_factory=Counter)
    _started: float = 0.0

    def watch(self) -> None:
        """Look at every statement from now on: SQLAlchemy's, and those it only prepares."""
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)
        for name in ("rows", "count", "many"):
            setattr(Prepared, name, self._statement(getattr(Prepared, name)))
        setattr(DefaultDialect, "do_commit", self._commit(DefaultDialect.do_commit))  # noqa: B010

    def _before(self, *_: object) -> None:
        self._started = time.perf_counter()

    def _after(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self._count(statement, time.perf_counter() - self._started)

    def _count(self, statement: str, seconds: float) -> None:
        self.cost.statements += 1
        self.cost.statements_s += seconds
        self.shapes[" ".join(statement.split())[:70]] += int(seconds * 1e6)

    def _statement(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(prepared: Prepared, *args: Any, **values: Any) -> Any:
            start = time.perf_counter()
            result = method(prepared, *args, **values)
            self._count(_name(prepared), time.perf_counter() - start)
            return result

        return call

    def _commit(self, method: Callable[..., None]) -> Callable[..., None]:
        def do_commit(*args: Any) -> None:
            start = time.perf_counter()
            method(*args)
            self.cost.commits_s += time.perf_counter() - start

        return do_commit


@functools.cache
def _name(prepared: Prepared) -> str:
    """Return the name of a prepared statement: the module's and the variable's."""
    for module in [name for name in sys.modules if name.startswith("vigia_detect.adapters.db.")]:
        for name, value in vars(sys.modules[module]).items():
            held = value.values() if isinstance(value, dict) else (value,)
            if any(one is prepared for one in held):
                return f"{module.removeprefix('vigia_detect.adapters.db.')}.{name}"
    return "a statement without a name"


class Queue:
    """Sends messages as ever, and keeps a copy of each to run it here."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._runs: deque[Run] = deque()
        self.seconds = 0.0

    def publish(self, run: Run) -> None:
        """Send and keep the message."""
        start = time.perf_counter()
        self._publisher.publish(run)
        self.seconds += time.perf_counter() - start
        self._runs.append(run)

    def idle_queues(self) -> frozenset[str]:
        """Nothing is ever lost here."""
        return frozenset()

    def __iter__(self) -> Iterator[Run]:
        while self._runs:
            yield self._runs.popleft()


def run_cases(vigia: Vigia, queue: Queue, database: Database, cases: int) -> dict[str, Cost]:
    """Run so many cases from intake to end; return the costs by step."""
    intake = make_intake(vigia)
    costs: dict[str, Cost] = defaultdict(Cost)
    for _ in range(cases):
        with _charged(costs["intake"], database, queue):
            intake.accept(SUBMISSION)
        for run in queue:
            cost = Cost()
            with _charged(cost, database, queue):
                vigia.runner.run(RunId(run.id), run.attempt)
            # A worker brings on what follows in the same queue, so a message may be several stages.
            costs[" + ".join(STAGES_RUN)].add(cost)
            STAGES_RUN.clear()
    return costs


def _noted(stage: Stage, body: StageBody) -> StageBody:
    def call(case: CaseFile, inputs: StageResults) -> StageOutput:
        STAGES_RUN.append(stage)
        return body(case, inputs)

    return call


@contextmanager
def _charged(cost: Cost, database: Database, queue: Queue) -> Iterator[None]:
    database.cost, queue.seconds = cost, 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    cost.calls += 1
    cost.wall_s += time.perf_counter() - wall
    cost.cpu_s += time.process_time() - cpu
    cost.sending_s += queue.seconds


def table(costs: dict[str, Cost], title: str) -> Table:
    """Return milliseconds a case for reading."""
    columns = ("step", "wall", "our CPU", "statements", "in them", "in commits", "sending")
    result = Table(*columns, title=title)
    total = Cost()
    for name, cost in [*costs.items(), ("all", total)]:
        share = 1000 / costs["intake"].calls
        result.add_row(
            name,
            f"{cost.wall_s * share:.2f}",
            f"{cost.cpu_s * share:.2f}",
            f"{cost.statements * share / 1000:.1f}",
            f"{cost.statements_s * share:.2f}",
            f"{cost.commits_s * share:.2f}",
            f"{cost.sending_s * share:.2f}",
        )
        total.add(cost)
    return result


def main() -> None:
    """Run and print."""
    options = _options()
    database = Database()
    database.watch()
    with shared_servers(1) as servers:
        home = VigiaHome(servers, sqlite=options.sqlite)
        queue = Queue(Vigia(home.settings).publisher)
        bodies = {stage: _noted(stage, body) for stage, body in BODIES.items()}
        vigia = Vigia(home.settings, bodies=bodies, publisher=queue)
        vigia.store.upgrade()
        run_cases(vigia, queue, database, WARM_UP_CASES)
        database.shapes.clear()
        profiler = Profiler(interval=0.0005) if options.profile else None
        if profiler:
            profiler.start()
        costs = run_cases(vigia, queue, database, options.cases)
        if profiler:
            profiler.stop()
            options.profile.write_text(profiler.output_html())
        vigia.close()
        home.remove()
    console.print(table(costs, f"ms a case, {'SQLite' if options.sqlite else 'PostgreSQL'}"))
    for shape, micros in database.shapes.most_common(options.statements):
        console.print(f"{micros / 1000 / options.cases:6.2f} ms a case  {shape}", markup=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true", help="not PostgreSQL")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--statements", type=int, default=12, help="how many of the dearest")
    parser.add_argument("--profile", type=Path, metavar="HTML", help="write a call tree")
    return parser.parse_args()


if __name__ == "__main__":
    main()
