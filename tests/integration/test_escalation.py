"""An alert from its opening to its answer, on both databases, with a clock moved by hand."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from loop import PEOPLE, Loop, hospital
from sqlalchemy import text

from vigia_detect.domain.alert_states import AlertEvent, AlertState, NotificationState
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.escalation import AlertKind, AlertRequest, Answer
from vigia_detect.domain.ids import AlertId, alert_id, uuid7
from vigia_detect.domain.notification import Channel
from vigia_detect.domain.policy import NOTIFICATION
from vigia_detect.domain.records import StoredAlert
from vigia_detect.errors import (
    ChannelAwayError,
    ChannelPermanentError,
    ChannelTemporaryError,
)
from vigia_detect.stages.alert_report import alert_times

TEMPORARY = ChannelTemporaryError("busy")
PERMANENT = ChannelPermanentError("no such channel")


@pytest.fixture
def loop(database_url: str, tmp_path: Path) -> Iterator[Loop]:
    with hospital(database_url, tmp_path / "home") as made:
        yield made


def stored(loop: Loop, known: str) -> StoredAlert:
    with loop.vigia.store.read() as work:
        found = work.alerts.get(AlertId(known))
    assert found is not None
    return found


def answer(loop: Loop, known: str, event: AlertEvent, by: str = "Dr. Soto") -> bool:
    return loop.vigia.desk.answer(known, Answer(event, by, "test"))


def events(loop: Loop, known: str) -> list[AuditEvent]:
    with loop.vigia.store.read() as work:
        about = (known, stored(loop, known).subject)
        return [entry.event for one in about for _, entry in work.audit.of_subject(one)]


def test_an_unanswered_emergency_tells_ever_more_people(loop: Loop) -> None:
    known = loop.open()
    assert loop.now_told() == ["ana/slack"]
    assert loop.after(119) == []
    assert loop.after(1) == ["bea/slack"]
    assert loop.after(179) == []
    assert loop.after(1) == ["eva/email"]
    assert loop.after(299) == []
    everybody = ["ana/email", "ana/slack", "bea/slack", "eva/email"]
    assert sorted(loop.after(1)) == [*everybody, "ops/webhook"]  # ops: nobody answered
    assert sorted(loop.after(300)) == everybody
    assert sorted(loop.after(300)) == everybody
    system = stored(loop, alert_id(stored(loop, known).subject, AlertKind.SYSTEM_ERROR))
    assert (system.state, system.reasons) == (AlertState.OPEN, ("nobody_answered",))
    assert events(loop, known).count(AuditEvent.ALERT_REPEATED) == 3


def test_an_acknowledgement_stops_it_until_the_act_is_late(loop: Loop) -> None:
    known = loop.open()
    assert loop.now_told() == ["ana/slack"]
    assert answer(loop, known, AlertEvent.ACKNOWLEDGE)
    assert not answer(loop, known, AlertEvent.ACKNOWLEDGE, "Dr. Rojas")
    assert loop.after(899) == []
    assert stored(loop, known).acknowledged_by == "Dr. Soto"
    assert loop.after(1) == ["ana/slack"]
    again = stored(loop, known)
    assert (again.state, again.acknowledged_by) == (AlertState.OPEN, None)
    assert loop.after(120) == ["bea/slack"]


def test_an_act_ends_it_and_a_closed_alert_stays_quiet(loop: Loop) -> None:
    known = loop.open()
    loop.now_told()
    assert not answer(loop, known, AlertEvent.CLOSE)
    assert answer(loop, known, AlertEvent.ACKNOWLEDGE)
    assert answer(loop, known, AlertEvent.ACT, "Enf. Díaz")
    assert answer(loop, known, AlertEvent.CLOSE)
    found = stored(loop, known)
    assert (found.acknowledged_by, found.acted_by) == ("Dr. Soto", "Enf. Díaz")
    assert found.state == AlertState.CLOSED
    assert loop.after(10_000) == []


def test_not_mine_moves_on_at_once_and_once_a_person(loop: Loop) -> None:
    known = loop.open()
    loop.now_told()
    loop.pass_time(20)
    assert answer(loop, known, AlertEvent.DECLINE, "Ana")
    assert loop.now_told() == ["bea/slack"]
    assert answer(loop, known, AlertEvent.DECLINE, "Ana")
    assert loop.now_told() == []
    assert loop.after(179) == []
    assert loop.after(2) == ["eva/email"]  # 180 s after the step before, as ever


def test_who_acknowledged_may_still_say_not_mine(loop: Loop) -> None:
    known = loop.open()
    loop.now_told()
    assert answer(loop, known, AlertEvent.ACKNOWLEDGE)
    assert answer(loop, known, AlertEvent.DECLINE)
    assert stored(loop, known).state == AlertState.OPEN
    assert loop.now_told() == ["bea/slack"]


def test_nobody_gives_back_what_another_has_taken(loop: Loop) -> None:
    known = loop.open()
    loop.now_told()
    assert loop.after(120) == ["bea/slack"]
    assert answer(loop, known, AlertEvent.ACKNOWLEDGE, "ana")
    assert not answer(loop, known, AlertEvent.DECLINE, "bea")
    kept = stored(loop, known)
    assert (kept.state, kept.acknowledged_by) == (AlertState.ACKNOWLEDGED, "ana")
    assert kept.declined == ("bea",)
    assert events(loop, known).count(AuditEvent.ALERT_DECLINED) == 1
    assert loop.after(899) == []
    assert loop.after(1) == ["ana/slack"]  # the deadline of the one who has it still holds


def test_when_all_decline_everybody_is_told_once_more_and_no_more(loop: Loop) -> None:
    known = loop.open()
    told = loop.now_told()
    for person in ("a", "b", "c", "d", "e"):
        assert answer(loop, known, AlertEvent.DECLINE, person)
        told += loop.now_told()
    assert told.count("eva/email") == 2
    assert told.count("ops/webhook") == 1
    assert loop.after(301).count("eva/email") == 1


def test_without_acceptance_in_time_the_next_channel_is_used(loop: Loop) -> None:
    loop.phone.broken[Channel.SLACK] = TEMPORARY
    loop.open()
    assert loop.now_told() == []
    assert loop.after(9) == []
    assert loop.after(1) == ["ana/email"]


def test_a_channel_that_refuses_is_left_at_once(loop: Loop) -> None:
    loop.phone.broken[Channel.SLACK] = PERMANENT
    known = loop.open()
    assert loop.now_told() == ["ana/email"]
    with loop.vigia.store.read() as work:
        states = {one.to.channel: one.state for one in work.notifications.of_alert(AlertId(known))}
    assert states == {
        Channel.SLACK: NotificationState.FAILED_PERMANENT,
        Channel.EMAIL: NotificationState.ACCEPTED,
    }


def test_when_no_channel_of_a_step_works_the_next_step_does_not_wait(loop: Loop) -> None:
    loop.phone.broken[Channel.SLACK] = PERMANENT
    loop.phone.failures = [PERMANENT, PERMANENT]  # ana by slack and by e-mail
    loop.open()
    assert loop.now_told() == ["eva/email"]  # bea has slack only


@pytest.mark.parametrize("slack", [TEMPORARY, PERMANENT])
def test_told_by_all_channels_at_once_it_moves_on_whichever_fails_last(
    database_url: str, tmp_path: Path, slack: Exception
) -> None:
    at_once = PEOPLE.replace("roles: [emergency]}", "roles: [emergency], channels: all}")
    at_once = at_once.replace("{channel: slack, address: C2}", "{channel: console, address: bea}")
    with hospital(database_url, tmp_path / "home", at_once) as loop:
        loop.phone.broken = {Channel.EMAIL: PERMANENT, Channel.SLACK: slack}
        loop.open()
        loop.broker.messages.reverse()  # the last contact fails first
        loop.work()
        assert "bea/console" in loop.phone.told() + loop.after(10)


def test_a_long_queue_of_our_own_tells_nobody_more(loop: Loop) -> None:
    known = loop.open()
    for _ in range(2):  # no worker has come to it; both contacts' deadlines pass
        loop.pass_time(11)
        loop.vigia.sweeper.sweep()
    assert stored(loop, known).step == 1
    loop.work()
    assert sorted(loop.phone.told()) == ["ana/email", "ana/slack"]


def test_a_temporary_failure_is_tried_again_with_the_same_id(loop: Loop) -> None:
    loop.phone.failures = [ChannelTemporaryError("busy", retry_after_s=5)]
    known = loop.open()
    assert loop.now_told() == []
    assert loop.after(4) == []
    assert loop.after(2) == ["ana/slack"]
    with loop.vigia.store.read() as work:
        (one,) = work.notifications.of_alert(AlertId(known))
        rows = work._connection.execute(
            text("select attempt, outcome, error_code from notification_attempts order by attempt")
        ).all()
    assert [tuple(row) for row in rows] == [
        (1, "told_to_wait", "ChannelTemporary"),
        (2, "accepted", None),
    ]
    assert one.provider_id == "p-1"


def test_what_is_told_to_wait_uses_up_no_attempt(loop: Loop) -> None:
    times = 2 * loop.vigia.policies[NOTIFICATION].max_attempts
    loop.phone.failures = [ChannelTemporaryError("busy", retry_after_s=1) for _ in range(times)]
    known = loop.open("high_risk")
    told = [one for _ in range(times + 2) for one in loop.after(61)]
    assert "bea/slack" in told
    with loop.vigia.store.read() as work:
        for one in work.notifications.of_alert(AlertId(known)):
            assert one.state != NotificationState.FAILED_PERMANENT
            tries = text("select attempt - earlier - outages from runs where id = :id")
            assert work._connection.execute(tries, {"id": one.id}).scalar_one() <= 1


def test_many_that_wait_for_one_address_each_ask_a_few_times(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, runs = 60, []
    send = loop.vigia.notifications.run
    asking = lambda run_id, attempt: (runs.append(run_id), send(run_id, attempt))  # noqa: E731
    monkeypatch.setattr(loop.vigia.notifications, "run", asking)
    for _ in range(count):
        loop.open("system_error")
    told: list[str] = []
    for _ in range(4 * count):
        told += loop.after(0.1)
        if len(told) == count:
            break
    assert told == ["ops/webhook"] * count
    assert len(runs) <= 6 * count  # all at each turn would be 30 times count


class ProcessKilledError(BaseException):
    """What nothing in the code may catch."""


def test_a_process_killed_after_sending_leaves_an_uncertain_attempt(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop.open()
    (run,) = loop.broker.messages
    loop.broker.messages.clear()

    def die(*_: object) -> None:
        raise ProcessKilledError

    with monkeypatch.context() as patched:
        patched.setattr(loop.vigia.notifications, "_accepted", die)
        with pytest.raises(ProcessKilledError):
            loop.vigia.notifications.run(run.id, run.attempt)
    assert loop.after(2) == ["ana/slack", "ana/slack"]
    with loop.vigia.store.read() as work:
        rows = work._connection.execute(
            text("select outcome from notification_attempts order by attempt")
        ).all()
        ids = {one.id for one in work.notifications.of_alert(AlertId(run.subject))}
    assert [row.outcome for row in rows] == ["uncertain", "accepted"]
    assert ids == {run.id}


def test_what_was_not_sent_is_withdrawn_by_an_answer(loop: Loop) -> None:
    known = loop.open()
    assert answer(loop, known, AlertEvent.ACKNOWLEDGE)
    assert loop.now_told() == []
    with loop.vigia.store.read() as work:
        (one,) = work.notifications.of_alert(AlertId(known))
    assert one.state == NotificationState.SUPPRESSED


def test_a_reason_that_an_open_alert_already_had_is_no_news_once_it_was_answered(
    loop: Loop,
) -> None:
    subject = str(uuid7())
    ask = {
        reasons: AlertRequest(AlertKind.EMERGENCY, reasons)
        for reasons in (("D-E1",), ("D-E1", "D-E2"))
    }
    for request in ask.values():
        with loop.vigia.store.begin() as work:
            known, _ = loop.vigia.escalator.open(work, subject, None, request)
            work.commit()
    assert stored(loop, known).reasons == ("D-E1", "D-E2")
    assert events(loop, known).count(AuditEvent.ALERT_REASON_ADDED) == 1
    assert answer(loop, known, AlertEvent.ACT)
    with loop.vigia.store.begin() as work:
        assert loop.vigia.escalator.open(work, subject, None, request) == (known, ())
        work.commit()
    assert stored(loop, known).state == AlertState.ACTED


def test_an_emergency_takes_the_place_of_an_urgent_alert(loop: Loop) -> None:
    submitted = loop.open()  # any alert's own subject will do as one
    subject = stored(loop, submitted).subject
    answer(loop, submitted, AlertEvent.ACT)
    with loop.vigia.store.begin() as work:
        urgent, _ = loop.vigia.escalator.open(
            work, subject, None, AlertRequest(AlertKind.URGENT, ("D-U1",))
        )
        loop.vigia.escalator.open(work, subject, None, AlertRequest(AlertKind.EMERGENCY, ("D-E1",)))
        work.commit()
    assert stored(loop, urgent).state == AlertState.SUPERSEDED
    assert stored(loop, submitted).state == AlertState.OPEN


def test_a_deadline_that_cannot_be_fired_does_not_hold_up_the_others(loop: Loop) -> None:
    poison, well = loop.open(), loop.open()
    loop.now_told()
    with loop.vigia.store.begin() as work:
        spoil = text("update alerts set plan = '{' where id = :id")
        work._connection.execute(spoil, {"id": poison})
        work.commit()
    assert loop.after(121) == ["bea/slack"]
    assert stored(loop, well).step == 2
    with loop.vigia.store.read() as work:
        assert work.timers.overdue_s() > 0


def test_sweepers_at_the_same_moment_fire_each_deadline_once(loop: Loop) -> None:
    for _ in range(6):
        loop.open()
    loop.now_told()
    loop.pass_time(120)
    others = [loop.process(loop.vigia.settings) for _ in range(4)]
    barrier = threading.Barrier(len(others))

    def sweep(vigia: "object") -> None:
        barrier.wait()
        vigia.sweeper.sweep()  # type: ignore[attr-defined]

    threads = [threading.Thread(target=sweep, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert loop.now_told() == ["bea/slack"] * 6


def test_an_open_alert_keeps_the_policy_it_was_opened_with(loop: Loop, tmp_path: Path) -> None:
    loop.open()
    loop.now_told()
    settings = loop.vigia.settings
    (settings.root / "escalation.yaml").unlink()
    loop.vigia.close()
    loop.vigia = loop.process(settings)
    assert loop.after(120) == ["bea/slack"]
    assert tmp_path.exists()


@pytest.mark.parametrize("kind", [kind for kind in AlertKind if kind != AlertKind.URGENT])
def test_an_unfinished_alert_always_has_a_deadline(loop: Loop, kind: AlertKind) -> None:
    known = loop.open(kind)
    for event in (None, AlertEvent.DECLINE, AlertEvent.ACKNOWLEDGE):
        if event is not None:
            assert answer(loop, known, event)
        with loop.vigia.store.read() as work:
            assert work.timers.armed([known])
            assert known in work.alerts.unfinished()
    assert answer(loop, known, AlertEvent.ACT)
    with loop.vigia.store.read() as work:
        assert not work.timers.armed([known])
        assert known not in work.alerts.unfinished()


def test_who_was_told_reads_who_has_it(loop: Loop) -> None:
    known = loop.open()
    assert loop.now_told() == ["ana/slack"]
    assert loop.after(120) == ["bea/slack"]
    assert answer(loop, known, AlertEvent.ACKNOWLEDGE)
    loop.work()
    assert sorted(loop.phone.updates) == [
        ("p-1", "Tomada por Dr. Soto."),
        ("p-1", "Tomada por Dr. Soto."),
    ]
    assert loop.phone.told() == []


def test_an_edit_that_fails_is_tried_again_and_tells_nobody_anew(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = loop.open()
    loop.now_told()
    failures = [TEMPORARY]

    def update(*what: object) -> None:
        if failures:
            raise failures.pop()
        loop.phone.updates.append((str(what[2]), str(what[3])))

    monkeypatch.setattr(loop.phone, "update", update)
    answer(loop, known, AlertEvent.ACKNOWLEDGE)
    assert loop.now_told() == []
    assert loop.after(60) == []
    assert loop.phone.updates == [("p-1", "Tomada por Dr. Soto.")]


def test_the_report_says_how_long_people_took(loop: Loop) -> None:
    known = loop.open()
    loop.now_told()
    loop.pass_time(30)
    answer(loop, known, AlertEvent.ACKNOWLEDGE)
    loop.pass_time(60)
    answer(loop, known, AlertEvent.ACT)
    loop.open()
    found = {one.kind: one for one in alert_times(loop.vigia.store, days=1)}
    emergency = found[AlertKind.EMERGENCY]
    assert emergency.acknowledgement.worst == pytest.approx(30, abs=5)
    assert emergency.act.p95 == pytest.approx(90, abs=5)
    assert (emergency.acceptance.count, emergency.acceptance.never) == (1, 1)
    assert emergency.unfinished == 1
    assert (emergency.acknowledgement.never, emergency.act.never) == (1, 1)
    assert found[AlertKind.URGENT].act.worst is None


def test_the_story_tells_who_said_no_and_what_was_withdrawn(loop: Loop) -> None:
    known = loop.open()
    loop.now_told()
    answer(loop, known, AlertEvent.DECLINE, "Ana")
    loop.phone.broken[Channel.SLACK] = TEMPORARY
    loop.work()  # bea is told in vain
    loop.phone.broken.clear()
    answer(loop, known, AlertEvent.ACT, "Luz")
    answer(loop, known, AlertEvent.CLOSE, "Luz")
    moments = loop.vigia.desk.story(known)
    assert sorted((one.what, one.who) for one in moments) == [
        ("accepted", "ana"),
        ("acknowledged", "Luz"),
        ("acted", "Luz"),
        ("closed", "Luz"),
        ("declined", "Ana"),
        ("escalated", ""),
        ("opened", ""),
        ("withdrawn", "bea"),
    ]


def test_the_story_tells_a_repetition_from_a_step(loop: Loop) -> None:
    known = loop.open()
    for seconds in (0, 120, 180, 300):
        loop.after(seconds)
    turns = [(one.what, one.step) for one in loop.vigia.desk.story(known) if not one.who]
    assert turns == [("opened", 0), ("escalated", 2), ("escalated", 3), ("repeated", 0)]


def test_what_is_still_to_be_done_does_not_fall_off_a_short_list(loop: Loop) -> None:
    old, urgent = loop.open(), loop.open("specialist_review")
    later = [loop.open() for _ in range(3)]
    for known in later:
        answer(loop, known, AlertEvent.ACT)
    assert [one.id for one in loop.vigia.desk.alerts(limit=3)] == [old, urgent, later[-1]]


def test_a_shut_channel_is_left_to_others_and_tried_again_later(loop: Loop) -> None:
    loop.phone.broken[Channel.SLACK] = ChannelTemporaryError("busy", retry_after_s=60)
    loop.open()
    assert loop.now_told() == []
    del loop.phone.broken[Channel.SLACK]
    loop.open()
    assert loop.now_told() == ["ana/email"]  # at once: slack asked to be left alone
    assert "ana/slack" in loop.after(61)


def test_a_server_that_is_silent_to_one_is_left_alone_by_all(loop: Loop) -> None:
    loop.phone.failures = [ChannelAwayError("no answer", slow=True)]
    loop.open()
    assert loop.now_told() == []  # slack: C1 was silent
    other = loop.open("high_risk")  # slack: C2, of the same server
    assert "bea/slack" not in loop.now_told()
    with loop.vigia.store.read() as work:
        assert {one.state for one in work.notifications.of_alert(AlertId(other))} == {
            NotificationState.PENDING
        }
    assert "bea/slack" in loop.after(31)


def test_an_emergency_does_not_wait_for_the_pace_of_routine(loop: Loop) -> None:
    for _ in range(4):
        loop.open("high_risk")
    assert loop.now_told().count("bea/slack") == 1  # one a second; the others come back
    loop.open()
    assert loop.now_told() == ["ana/slack"]
    told: list[str] = []
    for _ in range(8):
        told += loop.after(31)
    assert told.count("bea/slack") >= 3
