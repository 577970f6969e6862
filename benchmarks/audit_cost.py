"""What the audit trail costs: the pipeline with none, with entries, with all of it, in turns.

All three are there at once, each with its own database and worker, but only one at a time may do
anything: a machine's moods fall on all of them. A turn lasts longer than the order of the entries
waits for, so each turn pays for its own.

`python benchmarks/audit_cost.py [--sqlite] [--rounds 15] [--cases 300]`
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


def started(stack: ExitStack, servers: Servers, *, sqlite: bool) -> dict[str, VigiaPipeline]:
    """Return the pipelines, by what they have of the trail, all paused."""
    pipelines = {}
    for number, part in enumerate(PARTS):
        pipeline = VigiaPipeline(sqlite=sqlite, audit=part, number=number)
        pipeline.start(servers)
        stack.callback(pipeline.stop)
        pipeline.pause()
        stack.callback(pipeline.resume)
        pipelines[part] = pipeline
        turn(pipeline, WARM_UP_CASES)
    return pipelines


def turn(pipeline: VigiaPipeline, cases: int) -> tuple[float, float]:
    """Return cases a second, and processor ms a case of this process and all below it."""
    pipeline.resume()
    before = _cpu_s()
    seconds = pipeline.run(cases)
    spent = _cpu_s() - before
    pipeline.pause()
    return cases / seconds, 1000 * spent / cases


def _cpu_s() -> float:
    """Return what was used so far; exact to the nanosecond, as a turn is short."""
    this = psutil.Process()
    return sum(map(_process_s, [this, *this.children(recursive=True)]))


def _process_s(process: psutil.Process) -> float:
    threads = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in threads) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--cases", type=int, default=300)
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(("CELERY_", "VIGIA_", "REDIS_"))]:
        del os.environ[name]
    turns: dict[str, list[tuple[float, float]]] = {part: [] for part in PARTS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vigia-bench-")))
        servers = Servers(stack.enter_context(postgres()), stack.enter_context(valkey()), folder, 2)
        pipelines = started(stack, servers, sqlite=options.sqlite)
        for round_ in range(options.rounds):
            at = round_ % len(PARTS)  # nobody is always the first
            for part in PARTS[at:] + PARTS[:at]:
                turns[part].append(turn(pipelines[part], options.cases))
            print(f"{round_ + 1}: {_line(turns)}", flush=True)
        for pipeline in pipelines.values():
            pipeline.check()
    for part in PARTS[1:]:
        print(f"{part} / none: {_ratios(turns[part], turns['none'])}")


def _line(turns: dict[str, list[tuple[float, float]]]) -> str:
    last = [(part, *found[-1]) for part, found in turns.items()]
    return "; ".join(f"{part} {speed:.0f} cases/s, {cpu:.1f} ms" for part, speed, cpu in last)


def _ratios(with_: list[tuple[float, float]], without: list[tuple[float, float]]) -> str:
    pairs = list(zip(with_, without, strict=True))
    speeds, costs = ([one[at] / other[at] for one, other in pairs] for at in (0, 1))
    return f"cases/s {_spread(speeds)}, processor time {_spread(costs)}"


def _spread(ratios: list[float]) -> str:
    low, median, high = statistics.quantiles(ratios, n=4)
    return f"{median:.3f} [{low:.3f}-{high:.3f}]"


if __name__ == "__main__":
    main()
