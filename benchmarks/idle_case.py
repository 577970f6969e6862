"""What the pipeline adds to one case when nothing else runs.

Cases are submitted one at a time, each after the last has ended: a drawn picture, the real intake
and the real stage bodies in worker processes. What is added is the wall time from the submission
to the case's end, less the seconds that stage bodies took (as they themselves measured). Intake
is part of what is added: making the picture safe and putting it on the disk.

    python benchmarks/idle_case.py --help
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from contender import Servers, StepRows
from run import console, shared_servers, spread
from vigia_home import VigiaHome
from vigia_pipeline import FINISHED, STEPS

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.testing import draw_wound

WARM_UP_CASES = 3
AIM_MS = 150.0
Figures = dict[str, list[float]]


def measure(servers: Servers, *, sqlite: bool, cases: int) -> Figures:
    """Return milliseconds of each case: intake, stage bodies, total, and what was added."""
    home = VigiaHome(servers, sqlite=sqlite)
    vigia = Vigia(home.settings)
    try:
        vigia.store.upgrade()
        rows = StepRows(home.url, source=STEPS, finished=FINISHED)
        home.start_worker("timed")
        figures = [_one_case(vigia, rows, home, number) for number in range(1, cases + 1)]
        rows.close()
    finally:
        vigia.close()
        home.remove()
    kept = figures[WARM_UP_CASES:]
    return {name: [figure[name] for figure in kept] for name in kept[0]}


def _one_case(vigia: Vigia, rows: StepRows, home: VigiaHome, number: int) -> dict[str, float]:
    submission = Submission(draw_wound(number), f"bench-{number}", {}, Options())
    start = time.perf_counter()
    vigia.intake.accept(submission)
    accepted = time.perf_counter()
    rows.wait_for(number)
    ended = time.perf_counter()
    bodies = sum(float(line) for line in home.times.read_text().splitlines())
    home.times.unlink()
    return {
        "intake": 1000 * (accepted - start),
        "stage bodies": 1000 * bodies,
        "total": 1000 * (ended - start),
        "added": 1000 * (ended - start - bodies),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=30, help="cases, one after the other")
    cases = parser.parse_args().cases + WARM_UP_CASES
    with shared_servers(2) as servers:
        for sqlite in (False, True):
            figures = measure(servers, sqlite=sqlite, cases=cases)
            console.print(f"{'SQLite' if sqlite else 'PostgreSQL'}, ms, median \\[least-most]")
            for name, values in figures.items():
                console.print(f"  {name:<14}{spread(values)}")
            met = statistics.median(figures["added"]) <= AIM_MS
            console.print(f"  aim of {AIM_MS:.0f} ms {'met' if met else 'missed'}")


if __name__ == "__main__":
    main()
