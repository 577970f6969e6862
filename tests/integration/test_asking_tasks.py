"""The two Slack tasks of users' documents: ids in, durable notifications out."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery.exceptions import Reject
from loop import Loop, hospital
from sqlalchemy import text

from vigia_detect.bootstrap import Vigia, install, reset
from vigia_detect.cli.throwaway import throw_away_system
from vigia_detect.domain.alert_states import AlertEvent, AlertState, NotificationState
from vigia_detect.domain.escalation import AlertKind, Answer
from vigia_detect.domain.ids import AlertId, alert_id
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.errors import NotFoundError, UnknownEscalationTypeError
from vigia_detect.settings import Settings
from vigia_detect.tasks.notifications import medical_alert_slack_task, notify_slack_task
from vigia_detect.testing import draw_wound

PEOPLE = """\
version: test-1
people:
  ana: {contacts: [{channel: email, address: ana@example.org}, {channel: slack, address: C1}]}
  bea: {contacts: [{channel: email, address: bea@example.org}]}
roles:
  medical_team: {members: [ana, bea]}
"""


@pytest.fixture
def loop(database_url: str, tmp_path: Path) -> Iterator[Loop]:
    with hospital(database_url, tmp_path / "home", PEOPLE) as made:
        install(made.vigia)
        yield made
        reset()


def case(loop: Loop) -> str:
    submission = Submission(draw_wound(1), "P-1", {}, Options(lang="es"))
    known = loop.vigia.intake.accept(submission).case_id
    loop.broker.messages.clear()  # its stages are not what these tests are about
    with loop.vigia.store.begin() as work:
        work._connection.execute(text("update runs set not_before = not_before + 86400"))
        work.commit()
    return known


def state(loop: Loop, known: str) -> AlertState:
    return loop.vigia.desk.alert(known).state


def test_an_open_alert_is_told_by_slack_too_and_once(loop: Loop) -> None:
    known = loop.open("human_review")
    assert sorted(loop.now_told()) == ["ana/email", "bea/email"]
    notify_slack_task(known)
    notify_slack_task(known)  # the message came twice
    assert loop.now_told() == ["ana/slack"]
    notify_slack_task(known)
    assert loop.now_told() == []


def test_it_is_the_notification_of_the_policy_and_not_a_second_one(loop: Loop) -> None:
    known = loop.open("human_review")
    loop.pass_time(30)
    notify_slack_task(known)
    loop.pass_time(31)  # nobody has accepted the mail: the policy would use Slack now
    loop.vigia.sweeper.sweep()
    loop.work()
    assert sorted(loop.phone.told()) == ["ana/email", "ana/slack", "bea/email"]


def test_one_that_somebody_has_tells_nobody(loop: Loop) -> None:
    known = loop.open("human_review")
    loop.now_told()
    assert loop.vigia.desk.answer(known, Answer(AlertEvent.ACKNOWLEDGE, "Ana", "test"))
    notify_slack_task(known)
    assert loop.now_told() == []


def test_it_is_not_lost_while_the_broker_or_slack_is_away(loop: Loop) -> None:
    known = loop.open("human_review")
    loop.now_told()
    loop.broker.away = True
    notify_slack_task(known)
    loop.broker.away = False
    assert loop.after(2) == ["ana/slack"]
    with loop.vigia.store.read() as work:
        told = work.notifications.of_alert(AlertId(known))
    assert {one.state for one in told} == {NotificationState.ACCEPTED}


def test_a_medical_alert_is_opened_once_and_told_by_slack_besides(loop: Loop) -> None:
    about = case(loop)
    medical_alert_slack_task(about, "human_review")
    medical_alert_slack_task(about, "human_review")
    assert sorted(loop.now_told()) == ["ana/email", "ana/slack", "bea/email"]
    known = alert_id(about, AlertKind.HUMAN_REVIEW)
    assert loop.vigia.desk.answer(known, Answer(AlertEvent.ACT, "Ana", "test"))
    medical_alert_slack_task(about, "human_review")  # a message that was late
    assert state(loop, known) == AlertState.ACTED


def test_what_does_not_exist_is_an_error_and_nothing_is_sent(loop: Loop) -> None:
    nobody = "5b1f63f5-8c2e-4c5e-9a51-0d6a4f0c7e11"
    with pytest.raises(NotFoundError):
        notify_slack_task(nobody)
    with pytest.raises(NotFoundError):
        medical_alert_slack_task(nobody)
    with pytest.raises(UnknownEscalationTypeError, match="human_review"):
        medical_alert_slack_task(case(loop), "paciente Juan Soto")
    assert loop.now_told() == []


def test_the_message_goes_back_while_the_database_is_away(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    install(Vigia(Settings(home=tmp_path / "home", database_url=url)))
    with pytest.raises(Reject) as given_back:
        notify_slack_task("5b1f63f5-8c2e-4c5e-9a51-0d6a4f0c7e11")
    assert given_back.value.requeue
    reset()


def test_a_worker_does_what_a_message_asks() -> None:
    with throw_away_system() as vigia:
        submission = Submission(draw_wound(1), "P-1", {}, Options(lang="es"))
        about = vigia.intake.accept(submission).case_id
        vigia.publisher._app.send_task(  # type: ignore[attr-defined]
            medical_alert_slack_task.name, args=(about, "specialist_review")
        )
        known, until = alert_id(about, AlertKind.SPECIALIST_REVIEW), time.monotonic() + 60
        accepted: list[bool] = []
        while not any(accepted) and time.monotonic() < until:
            time.sleep(0.1)
            with vigia.store.read() as work:
                accepted = [
                    one.accepted_at is not None for one in work.notifications.of_alert(known)
                ]
        assert any(accepted)
