"""What the audit chain costs the pipeline: Vigia with and without its chainer, in turns, one run.

Entries are written in both; without the chainer they are never put into their order or signed for.
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

from contender import Servers
from servers import postgres, valkey
from vigia_pipeline import VigiaPipeline

WARM_UP_CASES = 20


def turn(servers: Servers, *, sqlite: bool, chained: bool, cases: int) -> tuple[float, float]:
    """Return cases a second, and processor ms a case of this process and all below it."""
    servers.valkey.flush()
    pipeline = VigiaPipeline(sqlite=sqlite, chained=chained)
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
    speeds, costs = [], []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vigia-bench-")))
        servers = Servers(stack.enter_context(postgres()), stack.enter_context(valkey()), folder, 2)
        for _ in range(options.rounds):
            off, on = (
                turn(servers, sqlite=options.sqlite, chained=chained, cases=options.cases)
                for chained in (False, True)
            )
            speeds.append(on[0] / off[0])
            costs.append(on[1] / off[1])
            print(
                f"without: {off[0]:.1f} cases/s, {off[1]:.1f} ms; "
                f"with: {on[0]:.1f} cases/s, {on[1]:.1f} ms of processor time a case",
                flush=True,
            )
    print(
        f"with / without: cases/s {statistics.median(speeds):.3f}, "
        f"processor time {statistics.median(costs):.3f} (medians of {options.rounds} rounds)"
    )


if __name__ == "__main__":
    main()
