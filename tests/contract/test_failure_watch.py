"""A rising failure rate opens one alert an episode, on SQLite and PostgreSQL alike."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loop import hospital
from sqlalchemy import text
from ward import System

from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.failure_rate import RateLimits, is_rising
from vigia_detect.stages.failure_watch import EPISODES, SUBJECT

LIMITS = RateLimits(window_s=300, rate=0.2, least=10)
counts = st.integers(0, 1000)


@given(counts, counts)
def test_what_begins_an_episode_does_not_end_it_at_once(failed: int, well: int) -> None:
    if is_rising(failed, failed + well, LIMITS, before=False):
        assert is_rising(failed, failed + well, LIMITS, before=True)
        assert is_rising(failed, failed + 2 * well, LIMITS, before=True)


@pytest.mark.parametrize(
    ("failed", "ended", "before", "rising"),
    [
        (0, 0, False, False),
        (9, 9, False, False),  # all of a few
        (10, 50, False, True),
        (10, 51, False, False),
        (10, 100, True, True),
        (10, 101, True, False),
        (5, 5, True, True),
        (4, 4, True, False),
        (0, 0, True, False),
    ],
)
def test_the_edges(failed: int, ended: int, before: bool, rising: bool) -> None:  # noqa: FBT001
    assert is_rising(failed, ended, LIMITS, before=before) is rising


@pytest.fixture
def system(database_url: str, tmp_path: Path) -> Iterator[System]:
    made = System(database_url, tmp_path / "home")
    yield made
    made.vigia.close()


def attempts_end(store: SqlStore, ended: AuditEvent, count: int) -> None:
    with store.begin() as work:
        work.audit.write([AuditEntry(ended, "a-case")] * count)
        work.commit()


LOOKED = "update timers set look_at = look_at - :s"
DROPPED = "drop trigger if exists audit_no_update"


def look(system: System, *, later_s: float = 60) -> None:
    """Look once, after some time has passed: the trail's rows move, which it refuses by itself."""
    with system.vigia.store.begin() as work:
        postgresql = work._connection.dialect.name == "postgresql"
        freely = "alter table audit disable trigger user" if postgresql else DROPPED
        for moved in (freely, "update audit set at = at - :s", LOOKED):
            values = {"s": later_s} if ":s" in moved else {}
            work._connection.execute(text(moved), values)
        work.commit()
    system.vigia.failure_watch.look()


def opened(system: System) -> list[AuditEvent]:
    return [one for one in system.events(SUBJECT) if one.value.startswith("alert.")]


def test_one_alert_an_episode(system: System) -> None:
    store = system.vigia.store
    assert isinstance(store, SqlStore)
    attempts_end(store, AuditEvent.RUN_DONE, 30)
    look(system, later_s=0)
    assert system.vigia.desk.alerts(limit=9) == []
    for ended in (AuditEvent.RUN_RETRIED, AuditEvent.RUN_LOST, AuditEvent.RUN_FAILED):
        attempts_end(store, ended, 300)
    for _ in range(4):
        look(system)
    (alert,) = system.vigia.desk.alerts(limit=9)
    assert (alert.kind, alert.reasons) == (AlertKind.SYSTEM_ERROR, ("failure_rate_high",))
    assert opened(system).count(AuditEvent.ALERT_OPENED) == 1
    assert system.events(EPISODES) == [AuditEvent.FAILURES_RISING]
    system.vigia.desk.acknowledge(alert.id, by="Ops")
    look(system)  # it goes on, and somebody is at it
    assert AuditEvent.ALERT_REOPENED not in opened(system)
    look(system, later_s=400)
    assert system.events(EPISODES) == [AuditEvent.FAILURES_RISING, AuditEvent.FAILURES_SETTLED]
    attempts_end(store, AuditEvent.RUN_FAILED, 20)
    look(system, later_s=30)
    assert opened(system).count(AuditEvent.ALERT_REOPENED) == 1
    assert len(system.vigia.desk.alerts(limit=9)) == 1


def test_many_processes_look_once(system: System) -> None:
    store = system.vigia.store
    assert isinstance(store, SqlStore)
    attempts_end(store, AuditEvent.RUN_FAILED, 20)
    watch = system.vigia.failure_watch
    threads = [threading.Thread(target=watch.look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert system.events(EPISODES) == [AuditEvent.FAILURES_RISING]
    assert opened(system).count(AuditEvent.ALERT_OPENED) == 1


def test_real_failures_are_what_is_counted(database_url: str, tmp_path: Path) -> None:
    with hospital(database_url, tmp_path / "home") as loop:
        loop.phone.failures = [RuntimeError("no"), RuntimeError("no")]
        loop.open()
        told = [name for _ in range(3) for name in loop.after(9)]
        with loop.vigia.store.read() as work:
            failed, ended = work.audit.ends_since(work.now() - 60)
            assert work.audit.ends_since(work.now() + 60) == (0, 0)
        assert told
        assert (failed, ended) == (2, 2 + len(told))
