"""Workers that are asked to stop, stages that kill, hang or time out, and a broker that is away."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable

import psutil
import pytest
from acceptance.ledger import Ledger, read_ledger
from acceptance.system import BROKER, System, behaving, home_folder, running, wait_until

from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.stages import Stage

LEASE_S = 2.0
SHORT = {"lease_s": LEASE_S}
HARD_LIMIT_S = 3
LIMITED = {"IMAGE_ANALYSIS_TIMEOUT": str(HARD_LIMIT_S)}
OTHERS = set(Stage) - {Stage.IMAGE_ANALYSIS}


def test_a_worker_that_is_asked_to_stop_finishes_what_it_does() -> None:
    with running(specs=behaving("long"), settings=SHORT) as system:
        case, parent = begun(system)
        parent.send_signal(signal.SIGTERM)
        system.wait_all([case], timeout_s=30)
        assert (attempts(system, case), events(system, case)["run.lost"]) == (1, 0)
        assert ledger(system, case).faults() == []


def test_a_worker_that_is_asked_to_leave_at_once_hands_its_work_to_another() -> None:
    with running(specs=behaving("long"), settings=SHORT) as system:
        case, parent = begun(system)
        parent.send_signal(signal.SIGQUIT)
        wait_until(lambda: not parent.is_running() or parent.status() == psutil.STATUS_ZOMBIE, 5)
        seconds = system.wait_all([case], timeout_s=30)
        report(f"handed back and finished elsewhere {seconds:.1f} s after the worker was gone")
        assert (attempts(system, case), events(system, case)["run.lost"]) == (2, 1)
        assert ledger(system, case).faults() == []


@pytest.mark.parametrize(
    ("behaviour", "ended_by"),
    [("poison", "run.lost"), ("deaf", "run.lost"), ("heedful", "run.retried")],
)
def test_a_stage_that_never_ends_well_ends_with_a_person(behaviour: str, ended_by: str) -> None:
    specs = behaving(behaviour)
    with running(specs=specs, settings=SHORT, environment=LIMITED) as system:
        case = system.submit(1)
        seconds = system.wait_all([case], timeout_s=60)
        found = ledger(system, case)
        (failed,) = found.exhausted
        report(f"{behaviour}: three attempts ended with a person after {seconds:.1f} s")
        assert (failed.task, failed.attempt) == (Stage.IMAGE_ANALYSIS, 3)
        assert events(system, case)[ended_by] == 2
        assert {run.task for run in found.runs if run.state == "done"} >= OTHERS
        assert "human_review" in {alert.kind for alert in found.alerts}
        assert found.cases[0].state == "escalated"
        assert found.faults() == []
        assert longest_attempt(found) <= HARD_LIMIT_S + LEASE_S + 3  # a look, and a loaded machine


def test_what_is_accepted_without_a_broker_runs_when_it_is_back() -> None:
    with home_folder() as home:
        system = System(home)
        try:
            case, seconds = timed(lambda: system.submit(1))
            report(f"accepted in {seconds * 1000:.0f} ms without a broker")
            assert seconds < 1.5
            system.start()
            system.wait_all([case], timeout_s=30)
        finally:
            system.stop()


def test_what_is_accepted_while_the_broker_hangs_runs_when_it_answers() -> None:
    with running() as system:
        system.wait_all([system.submit(0)], timeout_s=30)  # this client is connected
        pid = system.pid(BROKER)
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            case, seconds = timed(lambda: system.submit(1))
            _, again = timed(lambda: system.submit(2))
        finally:
            os.kill(pid, signal.SIGCONT)
        report(f"accepted in {seconds:.1f} s, the next in {again:.1f} s, while the broker hung")
        assert max(seconds, again) < 8
        system.wait_all([case], timeout_s=60)


def begun(system: System) -> tuple[CaseId, psutil.Process]:
    """Submit a case and return it once its picture is being looked at, with the worker's parent."""
    case = system.submit(1)
    wait_until(lambda: events(system, case)["run.started"] >= 1 and running_image(system, case))
    return case, system.tree("medical")[0]


def running_image(system: System, case: CaseId) -> bool:
    return any(
        (run.task, run.state) == (Stage.IMAGE_ANALYSIS, "running")
        for run in ledger(system, case).runs
    )


def attempts(system: System, case: CaseId) -> int:
    runs = ledger(system, case).runs
    return next(int(run.attempt) for run in runs if run.task == Stage.IMAGE_ANALYSIS)


def events(system: System, case: CaseId) -> Counter[str]:
    """Count what happened to the image analysis of a case, by kind."""
    found = ledger(system, case)
    image = next(run.id for run in found.runs if run.task == Stage.IMAGE_ANALYSIS)
    return Counter(entry.event for entry in found.audit if entry.run_id == image)


def longest_attempt(found: Ledger) -> float:
    """Return the most seconds from an attempt's start to its end as the trail tells it."""
    image = next(run.id for run in found.runs if run.task == Stage.IMAGE_ANALYSIS)
    trail = [entry for entry in found.audit if entry.run_id == image]
    starts = {entry.attempt: entry.at for entry in trail if entry.event == "run.started"}
    return max(entry.at - starts[entry.attempt] for entry in trail if entry.attempt in starts)


def ledger(system: System, case: CaseId) -> Ledger:
    return read_ledger(system.settings.sql_url, [case])


def timed(call: Callable[[], CaseId]) -> tuple[CaseId, float]:
    began = time.monotonic()
    return call(), time.monotonic() - began


def report(text: str) -> None:
    sys.stderr.write(f"\n{text}\n")
