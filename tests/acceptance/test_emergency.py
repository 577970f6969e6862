"""An emergency does not wait behind routine work, however much of it there is."""

import statistics
import sys
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from acceptance.system import EMERGENCY, System, behaving, picture, running, wait_until

from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.policy import Queue

pytestmark = pytest.mark.alone

BACKLOG = 500
EMERGENCIES = 20
AT_INTAKE_S = 0.5
LATER_S = 2.0
# Urgent by its signs, an emergency by a person's word: triage opens an alert of its own.
FEVER = {"vitals": {"temp_c": 38.6, "heart_rate_bpm": 115}}


def test_an_emergency_is_told_at_once_behind_500_routine_cases() -> None:
    with running(specs=behaving("slow")) as system:
        small = picture(0, 320)
        routine = [system.submit(number % 50, image=small) for number in range(BACKLOG)]
        engine = sa.create_engine(system.settings.sql_url)
        wait_until(lambda: busy(engine) >= system.settings.worker_concurrency)

        signs: list[CaseId] = []
        by_signs = [
            time_to_alert(engine, AlertKind.EMERGENCY, lambda: submit_by_signs(system, signs))
            for _ in range(EMERGENCIES)
        ]
        system.wait_all(signs, timeout_s=60)
        by_triage = [
            time_to_alert(
                engine,
                AlertKind.URGENT,
                lambda: system.submit(91, context=FEVER, priority="emergency"),
            )
            for _ in range(EMERGENCIES)
        ]
        wait_until(lambda: busy(engine) >= system.settings.worker_concurrency)
        left = system.open_cases(routine)
        engine.dispose()
        sys.stderr.write(
            f"\nat intake: {summary(by_signs)}; by triage: {summary(by_triage)}; "
            f"{len(left)} routine cases still waited\n"
        )
        assert len(left) > BACKLOG // 2
        assert waiting(system) > BACKLOG // 2
        assert p95(by_signs) <= AT_INTAKE_S
        assert p95(by_triage) <= LATER_S


def submit_by_signs(system: System, submitted: list[CaseId]) -> CaseId:
    submitted.append(system.submit(90, context=EMERGENCY))
    return submitted[-1]


def time_to_alert(engine: sa.Engine, kind: AlertKind, submit: Callable[[], CaseId]) -> float:
    """Return the seconds from the call of `submit` until another connection sees the alert."""
    seen = sa.text("select count(*) from alerts where case_id = :case and kind = :kind")
    began = time.monotonic()
    values = {"case": submit(), "kind": kind.value}
    with engine.connect() as connection:
        while not connection.execute(seen, values).scalar_one():
            connection.rollback()
            time.sleep(0.01)
    return time.monotonic() - began


def busy(engine: sa.Engine) -> int:
    """Return how many image analyses run at this moment."""
    query = "select count(*) from runs where task = 'image_analysis' and state = 'running'"
    with engine.connect() as connection:
        return int(connection.execute(sa.text(query)).scalar_one())


def waiting(system: System) -> int:
    """Return how many messages wait for the routine workers."""
    return system.vigia.publisher.depths()[Queue.IMAGE_PROCESSING]


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def summary(seconds: list[float]) -> str:
    middle, high, most = statistics.median(seconds), p95(seconds), max(seconds)
    return f"median {middle * 1000:.0f} ms, p95 {high * 1000:.0f} ms, most {most * 1000:.0f} ms"
