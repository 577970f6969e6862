"""A Vigia worker for measuring: the real one, but for what `BENCH_BODIES` says of stage bodies.

`empty`: they do nothing. `timed`: the real ones, each writing its seconds as a line of the file
`BENCH_TIMES`. `BENCH_AUDIT` says how much of the audit trail there is: see `audit_parts`.
"""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from audit_parts import leave_out
from celery.signals import worker_process_init, worker_ready
from empty import BODIES
from workers import READY

# The tasks' own start of a process must come before ours: it is connected by this import.
import vigia_detect.tasks  # noqa: F401
from vigia_detect.bootstrap import Vigia, install
from vigia_detect.cli.worker import run_worker
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults
from vigia_detect.domain.stages import Stage
from vigia_detect.stages.runner import StageBody


class TimedVigia(Vigia):
    """The real stage bodies, with a stopwatch around each."""

    def _stage_bodies(self) -> Mapping[Stage, StageBody]:
        times = Path(os.environ["BENCH_TIMES"])
        return {stage: _timed(body, times) for stage, body in super()._stage_bodies().items()}


def _timed(body: StageBody, times: Path) -> StageBody:
    def call(case: CaseFile, inputs: StageResults) -> StageOutput:
        start = time.perf_counter()
        output = body(case, inputs)
        with times.open("a") as file:
            file.write(f"{time.perf_counter() - start}\n")
        return output

    return call


def _replace_bodies(**_: object) -> None:
    install(TimedVigia() if os.environ["BENCH_BODIES"] == "timed" else Vigia(bodies=BODIES))


def _say_ready(**_: object) -> None:
    print(READY, file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    leave_out(os.environ["BENCH_AUDIT"])
    worker_process_init.connect(_replace_bodies, weak=False)
    worker_ready.connect(_say_ready, weak=False)
    run_worker(f"bench-{os.getpid()}", queues=None, concurrency=int(sys.argv[1]), log_level=None)
