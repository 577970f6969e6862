"""What the audit trail costs: the pipeline with none, with entries, with all of it, in turns.

`python benchmarks/audit_cost.py [--sqlite] [--rounds 7] [--cases 600]`
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

WARM_UP_CASES = 50


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
    return sum(map(_process_s, [this, *this.children(recursive=True)]))


def _process_s(process: psutil.Process) -> float:
    threads = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in threads) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cases", type=int, default=600)
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(("CELERY_", "VIGIA_", "REDIS_"))]:
        del os.environ[name]
    turns: dict[str, list[tuple[float, float]]] = {part: [] for part in PARTS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vigia-bench-")))
        servers = Servers(stack.enter_context(postgres()), stack.enter_context(valkey()), folder, 2)
        for round_ in range(options.rounds):
            at = round_ % len(PARTS)  # nobody is always the first
            for part in PARTS[at:] + PARTS[:at]:
                found = turn(servers, sqlite=options.sqlite, audit=part, cases=options.cases)
                turns[part].append(found)
            print(f"{round_ + 1}: {_line(turns)}", flush=True)
    for part in PARTS[1:]:
        print(f"{part} / none: {_ratios(turns[part], turns['none'])}")


def _line(turns: dict[str, list[tuple[float, float]]]) -> str:
    last = [(part, *found[-1]) for part, found in turns.items()]
    return "; ".join(f"{part} {speed:.0f} cases/s, {cpu:.1f} ms" for part, speed, cpu in last)


def _ratios(with_: list[tuple[float, float]], without: list[tuple[float, float]]) -> str:
    pairs = list(zip(with_, without, strict=True))
    speeds, costs = ([one[at] / other[at] for one, other in pairs] for at in (0, 1))
    in_all = [statistics.harmonic_mean([speed for speed, _ in one]) for one in (with_, without)]
    whole = f"{in_all[0] / in_all[1]:.3f} in all"
    return f"cases/s {_spread(speeds)}, {whole}; processor time {_spread(costs)}"


def _spread(ratios: list[float]) -> str:
    low, median, high = statistics.quantiles(ratios, n=4)
    return f"{median:.3f} [{low:.3f}-{high:.3f}]"


if __name__ == "__main__":
    main()
