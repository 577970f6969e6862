"""Transactions about one alert lock in one order: none is ever the victim of a deadlock.

Each test holds an alert, lets another process begin, and then goes on to the rows that the other
could have locked first.
"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loop import Loop, hospital

from vigia_detect.domain.alert_states import AlertEvent, AlertState
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import Answer
from vigia_detect.domain.ids import AlertId
from vigia_detect.domain.notification import Channel
from vigia_detect.errors import ChannelTemporaryError
from vigia_detect.ports import UnitOfWork
from vigia_detect.stages.notify import claim

TAKE = Answer(AlertEvent.ACKNOWLEDGE, "ana", "test")
LEASE_S = 1.0


@pytest.fixture
def loop(postgres_url: str, tmp_path: Path) -> Iterator[Loop]:
    # SQLite has one writer at a time: only PostgreSQL can get into a deadlock.
    with hospital(postgres_url, tmp_path / "home") as made:
        yield made


def meanwhile(
    loop: Loop, known: str, job: Callable[[], object], then: Callable[[UnitOfWork], object]
) -> None:
    """Hold an alert, start a job in another thread, go on with `then`; nothing may fail."""
    errors: list[Exception] = []

    def call() -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - shown to the test's own thread
            errors.append(error)

    thread = threading.Thread(target=call)
    with loop.vigia.store.begin() as work:
        assert work.alerts.lock(AlertId(known)) is not None
        thread.start()
        time.sleep(0.5)  # long enough for the other to reach what it has to wait for
        then(work)
        work.commit()
    thread.join(30)
    assert not thread.is_alive()
    assert errors == []


def state(loop: Loop, known: str) -> AlertState:
    return loop.vigia.desk.alert(known).state


def claimed(loop: Loop) -> Run:
    """Begin to send the only message, as a process that then dies."""
    run = loop.broker.messages.popleft()
    with loop.vigia.store.begin() as work:
        sending = claim(work, run.id, run.attempt, LEASE_S)
        work.commit()
    assert sending is not None
    return sending.run


def test_an_answer_and_a_deadline(loop: Loop) -> None:
    known = loop.open()
    loop.now_told()
    loop.pass_time(120)
    take = loop.vigia.escalator.answer
    meanwhile(loop, known, loop.vigia.sweeper.sweep, lambda w: take(w, AlertId(known), TAKE))
    assert state(loop, known) == AlertState.ACKNOWLEDGED
    assert loop.now_told() == []


def test_a_refusal_and_a_taking_back(loop: Loop) -> None:
    known = loop.open()
    run = claimed(loop)
    loop.pass_time(LEASE_S + 1)
    back = loop.vigia.sweeper.take_back_lapsed
    meanwhile(loop, known, back, lambda work: work.runs.exhaust(run, "refused"))
    with loop.vigia.store.read() as work:
        assert work.runs.lapsed(10) == ()


def test_a_refusal_and_a_message_that_has_to_wait(loop: Loop) -> None:
    loop.phone.broken[Channel.SLACK] = ChannelTemporaryError("busy", retry_after_s=60)
    loop.open()
    loop.now_told()
    known = loop.open()
    run = loop.broker.messages.popleft()
    send = loop.vigia.notifications.run
    meanwhile(
        loop,
        known,
        lambda: send(run.id, run.attempt),
        lambda work: work.runs.postpone(run.id, run.attempt, 0.0),
    )
    assert loop.now_told() == ["ana/email"]
