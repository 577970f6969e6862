"""Nothing that was accepted is lost, and nothing is done twice, whatever dies."""

import sys
import time
from collections.abc import Mapping, Sequence

import pytest
from acceptance.chaos import Chaos
from acceptance.ledger import read_ledger
from acceptance.system import BROKER, EMERGENCY, System, picture, running

from vigia_detect.cli.system import processes
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.policy import Queue
from vigia_detect.settings import Settings
from vigia_detect.supervisor import ProcessSpec

pytestmark = pytest.mark.alone

CASES = 200
DAILY = 100  # half the chaos each day; `make test-slow` has 200 cases ten times
# Of a telephone's camera; the work must be long enough to be hit by what is killed.
WIDTH = 1600
BAD_DAY = {2: "kill", 4: "flush", 6: "kill"}


def two_parents(settings: Settings, environment: Mapping[str, str]) -> Sequence[ProcessSpec]:
    """Two workers that serve every queue each, as on two hosts."""
    broker, medical, *_ = processes(settings, environment)
    assert broker.name == BROKER
    queues = ",".join(one for one in Queue if one != Queue.NARRATIVE)
    return [broker] + [
        ProcessSpec(
            name=name,
            argv=(*medical.argv[:4], f"--name={name}", f"--queues={queues}", "--concurrency=2"),
            env=environment,
        )
        for name in ("north", "south")
    ]


def submit_all(system: System, count: int = CASES) -> list[CaseId]:
    """Submit cases: most routine, every tenth an emergency by its signs or by a person."""
    kinds = {0: {"context": EMERGENCY}, 5: {"priority": "emergency"}}
    return [
        system.submit(number % 40, image=picture(number % 4, WIDTH), **kinds.get(number % 20, {}))
        for number in range(count)
    ]


def survive(system: System, seed: int, *, count: int = CASES, timeout_s: float = 600) -> float:
    """Put cases through a system whose processes die; check what became of each.

    Returns:
        the seconds until the last case had ended.
    """
    began = time.monotonic()
    with Chaos(system, seed, dict(BAD_DAY)) as chaos:
        cases = submit_all(system, count)
        system.wait_all(cases, timeout_s)
        disturbed = time.monotonic() - began
    # whoever was sending when the last case ended may have been killed
    system.wait_idle(timeout_s=2 * system.settings.lease_s)

    ledger = read_ledger(system.settings.sql_url, cases)
    sys.stderr.write(
        f"\ndisturbed {disturbed:.1f} s, "
        f"killed: {chaos.parents_killed} parents, {chaos.children_killed} children, "
        f"broker {chaos.broker_killed}, flushed {chaos.flushed}; "
        f"attempts lost {ledger.lost_attempts}, stages exhausted {len(ledger.exhausted)}\n"
    )
    assert chaos.errors == []
    assert (chaos.broker_killed, chaos.flushed) == (2, 1)
    assert chaos.parents_killed + chaos.children_killed > 0
    assert len(ledger.cases) == count
    assert ledger.faults() == []
    assert len(ledger.exhausted) <= count // 50
    return disturbed


def survive_in_time(system: System, seed: int) -> None:
    """Put 200 cases through the undisturbed system first, then through chaos; compare.

    Not in the daily suite, whose machine may be busy with something else in one of the halves.
    """
    began = time.monotonic()
    system.wait_all(submit_all(system), timeout_s=300)
    undisturbed = time.monotonic() - began
    limit = 3 * undisturbed + system.settings.lease_s
    disturbed = survive(system, seed, timeout_s=4 * limit)
    sys.stderr.write(f"undisturbed {undisturbed:.1f} s, so at most {limit:.1f} s\n")
    assert disturbed <= limit


def test_100_cases_survive_on_sqlite_and_the_standard_layout() -> None:
    with running() as system:
        survive(system, seed=1, count=DAILY)


def test_100_cases_survive_on_postgresql_and_two_worker_parents(postgres_url: str) -> None:
    with running(database_url=postgres_url, specs=two_parents) as system:
        survive(system, seed=2, count=DAILY)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(11, 16))
def test_200_cases_survive_on_sqlite_again_and_again(seed: int) -> None:
    with running() as system:
        survive_in_time(system, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(21, 26))
def test_200_cases_survive_on_postgresql_again_and_again(postgres_url: str, seed: int) -> None:
    with running(database_url=postgres_url, specs=two_parents) as system:
        survive_in_time(system, seed)
