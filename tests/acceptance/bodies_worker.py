"""A real worker process whose stage bodies do what a test asks of them.

Usage: bodies_worker.py BEHAVIOUR NAME QUEUES CONCURRENCY
"""

import hashlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import worker_process_init

from vigia_detect.bootstrap import Vigia, install
from vigia_detect.cli.worker import run_worker
from vigia_detect.domain.case import CaseFile, JsonObject, StageOutput, StageResults
from vigia_detect.domain.findings import OVERLAY
from vigia_detect.domain.stages import Stage
from vigia_detect.stages.runner import StageBody

SLOW_S = 0.5


def slow(case: CaseFile, before: StageBody, inputs: StageResults) -> StageOutput:
    """Keep a processor busy for half a second, for a routine case."""
    ends, picture = time.monotonic() + SLOW_S, case.read_image()
    while case.options["priority"] == "routine" and time.monotonic() < ends:
        hashlib.sha256(picture).digest()
    return before(case, inputs)


def long(case: CaseFile, before: StageBody, inputs: StageResults) -> StageOutput:
    """Take three seconds."""
    time.sleep(3)
    return before(case, inputs)


def poison(_case: CaseFile, _before: StageBody, _inputs: StageResults) -> StageOutput:
    """Kill this process, as a fault in a native library would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def deaf(_case: CaseFile, _before: StageBody, _inputs: StageResults) -> StageOutput:
    """Ignore the soft limit, for ever."""
    while True:
        with suppress(SoftTimeLimitExceeded):
            time.sleep(60)


def heedful(_case: CaseFile, _before: StageBody, _inputs: StageResults) -> StageOutput:
    """Run into the soft limit."""
    time.sleep(60)
    raise AssertionError


def cheap(case: CaseFile, _before: StageBody, _inputs: StageResults) -> StageOutput:
    """Look at the bytes of the picture only, and keep a copy of them as an attachment."""
    time.sleep(0.1)
    picture = case.read_image()
    seen: JsonObject = {"usable": True, "class_proposed": False, "model": None}
    seen["seen"] = hashlib.sha256(picture).hexdigest()
    return StageOutput(seen, attachments={OVERLAY: picture})


BEHAVIOURS: Mapping[str, Callable[[CaseFile, StageBody, StageResults], StageOutput]] = {
    function.__name__: function for function in (slow, long, cheap, poison, deaf, heedful)
}


@worker_process_init.connect
def behave(**_: object) -> None:
    """Replace the body of the image analysis in this new process of the pool.

    It is connected before the tasks are imported, so what it installs is found there.
    """
    chosen, usual = BEHAVIOURS[sys.argv[1]], dict(Vigia()._stage_bodies())
    before = usual[Stage.IMAGE_ANALYSIS]
    bodies = {**usual, Stage.IMAGE_ANALYSIS: lambda case, given: chosen(case, before, given)}
    install(Vigia(bodies=bodies, queues=frozenset(sys.argv[3].split(","))))


if __name__ == "__main__":
    run_worker(sys.argv[2], queues=sys.argv[3], concurrency=int(sys.argv[4]), log_level=None)
