"""What the audit trail costs: the pipeline with none, with entries, with all of it, in turns.

`python benchmarks/audit_cost.py [--sqlite] [--rounds 5] [--cases 300]`
"""

import argparse
import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from audit_parts import PARTS
from contender import Servers
from servers import postgres, valkey
from vigia_pipeline import VigiaPipeline

WARM_UP_CASES = 20


def turn(servers: Servers, *, sqlite: bool, audit: str, cases: int) -> tuple[float, float]:
    """Return cases a second, and processor ms a case of this process and all below it."""
    servers.valkey.flush()
    pipeline = VigiaPipeline(sqlite=sqlite, audit=audit)
    try:
        pipeline.start(servers)
        pipeline.run(WARM_UP_CASES)
        before = _cpu_s()
        seconds = pipeline.run(cases)
        spent = _cpu_s() - before
        pipeline.check()
    finally:
        pipeline.stop()
    return cases / seconds, 1000 * spent / cases


def _cpu_s() -> float:
    this = psutil.Process()
    return sum(sum(process.cpu_times()[:2]) for process in [this, *this.children(recursive=True)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", type=int, default=300)
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(("CELERY_", "VIGIA_", "REDIS_"))]:
        del os.environ[name]
    turns: dict[str, list[tuple[float, float]]] = {part: [] for part in PARTS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vigia-bench-")))
        servers = Servers(stack.enter_context(postgres()), stack.enter_context(valkey()), folder, 2)
        for _ in range(options.rounds):
            for part in PARTS:
                found = turn(servers, sqlite=options.sqlite, audit=part, cases=options.cases)
                turns[part].append(found)
                print(f"{part}: {found[0]:.1f} cases/s, {found[1]:.1f} ms a case", flush=True)
    for part in PARTS[1:]:
        print(f"{part} / none: {_ratios(turns[part], turns['none'])}")


def _ratios(with_: list[tuple[float, float]], without: list[tuple[float, float]]) -> str:
    pairs = list(zip(with_, without, strict=True))
    speeds, costs = ([one[at] / other[at] for one, other in pairs] for at in (0, 1))
    return f"cases/s {_spread(speeds)}, processor time {_spread(costs)}"


def _spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.3f} [{min(ratios):.3f}-{max(ratios):.3f}]"


if __name__ == "__main__":
    main()
