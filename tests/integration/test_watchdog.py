"""The heartbeat goes out only while everything due has fired."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from loop import Loop, hospital
from sqlalchemy import text

from vigia_detect.adapters.heartbeat import HttpHeartbeat
from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.escalation import AlertKind, Answer
from vigia_detect.domain.ids import alert_id
from vigia_detect.errors import UnavailableError
from vigia_detect.stages.watchdog import SUBJECT, Watchdog


class Switch(HTTPServer):
    """A real dead-man's switch on the loopback, which counts its calls and can be out of order."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls = 0
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ping"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Switch)
        self.server.calls += 1
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def switch() -> Iterator[Switch]:
    server = Switch()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def loop(database_url: str, tmp_path: Path) -> Iterator[Loop]:
    with hospital(database_url, tmp_path / "home") as made:
        yield made


def watchdog(loop: Loop, switch: Switch) -> Watchdog:
    return Watchdog(
        store=loop.vigia.store,
        relay=loop.vigia.relay,
        escalator=loop.vigia.escalator,
        heartbeat=HttpHeartbeat(switch.url),
        every_s=60,
    )


def test_it_is_sent_once_a_turn_whoever_looks(loop: Loop, switch: Switch) -> None:
    dogs = [watchdog(loop, switch) for _ in range(3)]
    assert [dog.look() for dog in dogs] == [True, False, False]
    loop.pass_time(61)
    assert [dog.look() for dog in dogs] == [True, False, False]
    assert switch.calls == 2


def test_a_late_deadline_silences_it_and_opens_one_system_alert(loop: Loop, switch: Switch) -> None:
    loop.open()
    loop.now_told()
    dog = watchdog(loop, switch)
    loop.pass_time(124)  # four seconds late: within the grace
    assert dog.look()
    for _ in range(3):
        loop.pass_time(61)
        assert not dog.look()
    assert switch.calls == 1
    assert "ops/webhook" in loop.now_told()
    with loop.vigia.store.read() as work:
        events = [entry.event for _, entry in work.audit.of_subject(SUBJECT)]
    assert events.count(AuditEvent.ALERT_OPENED) == 1
    loop.after(61)
    assert dog.look()


def test_an_alert_without_a_deadline_gets_one(loop: Loop, switch: Switch) -> None:
    opened, taken = loop.open(), loop.open()
    loop.now_told()
    loop.vigia.desk.answer(taken, Answer(AlertEvent.ACKNOWLEDGE, "Dr. Soto", "test"))
    with loop.vigia.store.begin() as work:
        work._connection.execute(text("delete from timers"))
        work.commit()
    dog = watchdog(loop, switch)
    assert set(dog.examine().without_deadline) == {opened, taken}
    assert not dog.look()
    assert sorted(loop.now_told()) == ["ana/slack", "bea/slack", "ops/webhook"]
    assert dog.examine().reasons == ()


def test_work_that_nobody_takes_silences_it(loop: Loop, switch: Switch) -> None:
    loop.broker.away = True
    opened = loop.open()
    dog = watchdog(loop, switch)
    for _ in range(5):
        loop.pass_time(70)
        loop.vigia.sweeper.sweep()  # deadlines fire without a broker
    assert dog.examine().reasons == ("work_waits",)
    assert not dog.look()
    loop.broker.away = False
    assert "ops/webhook" in loop.now_told()
    loop.vigia.desk.answer(opened, Answer(AlertEvent.ACKNOWLEDGE, "Dr. Soto", "test"))
    loop.after(61)
    assert dog.look()


def test_an_emergency_that_nobody_takes_silences_it_sooner(loop: Loop, switch: Switch) -> None:
    loop.broker.away = True
    loop.open("specialist_review")
    dog = watchdog(loop, switch)
    loop.pass_time(31)
    assert dog.examine().reasons == ()
    loop.open("emergency")
    loop.pass_time(31)
    assert [one for one in dog.examine().reasons if one == "work_waits"]


def test_the_next_episode_is_told_although_the_last_one_was_answered(
    loop: Loop, switch: Switch
) -> None:
    dog = watchdog(loop, switch)
    for _ in range(2):
        known = loop.open()
        loop.now_told()
        loop.pass_time(200)
        assert not dog.look()
        assert "ops/webhook" in loop.now_told()
        act = Answer(AlertEvent.ACT, "Dr. Soto", "test")
        loop.vigia.desk.answer(alert_id(SUBJECT, AlertKind.SYSTEM_ERROR), act)
        loop.pass_time(200)
        assert not dog.look()
        assert "ops/webhook" not in loop.now_told()  # it is being repaired
        loop.vigia.desk.answer(known, act)
        loop.now_told()
        loop.pass_time(901)
        assert dog.look()


def test_a_switch_that_does_not_answer_is_a_typed_error(switch: Switch) -> None:
    switch.status = 500
    with pytest.raises(UnavailableError) as caught:
        HttpHeartbeat(switch.url).ping()
    assert switch.url not in str(caught.value)
