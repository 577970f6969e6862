"""Routine messages wait for the end of quiet hours and go as one; nothing else waits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import databases
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loop import PEOPLE, Loop, hospital
from sqlalchemy import text

from vigia_detect.bootstrap import Vigia
from vigia_detect.clinical.escalation import load_escalation
from vigia_detect.domain.alert_states import AlertEvent, NotificationState
from vigia_detect.domain.escalation import Answer
from vigia_detect.domain.notification import Channel, Message
from vigia_detect.domain.quiet import quiet_until
from vigia_detect.domain.records import StoredNotification
from vigia_detect.errors import ChannelTemporaryError, InvalidPolicyError
from vigia_detect.settings import Settings

ROUTINE = """\
  high_risk:
    severity: routine
    steps: [{{after_s: 0, roles: [medical_team]}}, {{after_s: 200000, roles: [supervisor]}}]
    accept_within_s: 900
    nobody_after_s: 250000
    repeat_every_s: 200000
    act_within_s: 250000
    fallback: admin
    quiet_hours: {{start: "{start:%H:%M}", end: "{end:%H:%M}"}}
"""
LATER = text("update notifications set held_until = held_until - :seconds")
SHIFTED = text(
    "update alerts set plan = json_set(plan, '$.policy.quiet_hours.start', :start,"
    " '$.policy.quiet_hours.end', :end)"
    " where json_extract(plan, '$.policy.quiet_hours') is not null"
)
MORNING = (
    "update notifications set planned_at = planned_at - 4000, held_until = held_until - 4000",
    "update runs set not_before = not_before - 4000",
    "update alerts set plan = replace(plan, :old, :new)",
)
BUSY = ChannelTemporaryError("busy")
HOUR = 3600.0


class Nights(Loop):
    """A loop whose clock also shows other hours: quiet ones begin and end as time passes."""

    def __init__(self, url: str, home: Path, *, begins_s: float, lasts_s: float = 8 * HOUR) -> None:
        self._begins_s, self._lasts_s, self._passed_s = begins_s, lasts_s, 0.0
        super().__init__(url, home, self._policies())
        self._home, self._url = home, url

    def _policies(self) -> str:
        now = datetime.now(UTC)
        start = now + timedelta(seconds=self._begins_s - self._passed_s)
        # To the minute; one that begins now has begun, one that ends now has ended.
        times = (start, start + timedelta(seconds=self._lasts_s))
        return PEOPLE + ROUTINE.format(start=times[0], end=times[1])

    def process(self, settings: Settings) -> Vigia:
        utc = settings.model_copy(update={"time_zone": "UTC"})
        return super().process(utc)

    def pass_time(self, seconds: float) -> None:
        """Move the clock on: all that is on record, and the quiet hours of plans and file."""
        super().pass_time(seconds)
        self._passed_s += seconds
        (self._home / "escalation.yaml").write_text(self._policies())
        book = load_escalation(self._home / "escalation.yaml", time_zone="UTC")
        quiet = book.policies["high_risk"].quiet_hours
        assert quiet is not None
        hours = {"start": str(quiet.start), "end": str(quiet.end)}
        with self.vigia.store.begin() as work:
            work._connection.execute(LATER, {"seconds": seconds})
            work._connection.execute(SHIFTED, hours)
            work.commit()
        self.vigia.__dict__.pop("escalation_book", None)
        for part in ("escalator", "desk", "sweeper"):
            self.vigia.__dict__.pop(part, None)

    def settle(self) -> list[Message]:
        """Do what is due; return what was sent."""
        for _ in range(4):
            self.vigia.sweeper.sweep()
            self.work()
        sent = [message for message, _ in self.phone.sent]
        self.phone.sent.clear()
        return sent

    def soon(self) -> list[str]:
        """Let the pace of an address pass, a minute at most; return the alerts told."""
        sent = self.settle()
        for _ in range(3):
            self.pass_time(31)
            sent += self.settle()
        return alerts_in(sent)

    def quiet(self) -> bool:
        """Tell whether quiet hours are on."""
        book, now = self.vigia.escalation_book, datetime.now(UTC).timestamp()
        until = quiet_until(book.policies["high_risk"].quiet_hours, book.directory, now)
        return until is not None and until > now

    def of(self, alert: str) -> list[StoredNotification]:
        with self.vigia.store.read() as work:
            return work.notifications.of_alert(alert)  # type: ignore[arg-type]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Nights]:
    """Quiet hours began an hour ago and last seven more."""
    loop = Nights(databases.sqlite(tmp_path / "v.db"), tmp_path / "home", begins_s=-HOUR)
    yield loop
    loop.vigia.close()


def alerts_in(messages: list[Message]) -> list[str]:
    return [known for one in messages for known in (one.bundle or (one.alert_id,))]


def test_routine_waits_and_goes_as_one_message(night: Nights) -> None:
    known = [night.open("high_risk") for _ in range(3)]
    assert night.settle() == []
    night.pass_time(6 * HOUR)
    assert night.settle() == []
    night.pass_time(HOUR + 61)
    (sent,) = night.settle()
    assert sorted(sent.bundle) == sorted(known)
    assert all(alert in sent.body for alert in known)
    assert sent.title.startswith("3 avisos de rutina")
    told = [one for alert in known for one in night.of(alert)]
    assert {one.state for one in told} == {NotificationState.ACCEPTED}
    assert len({one.provider_id for one in told}) == len({one.bundle for one in told}) == 1
    assert all(one.bundle for one in told)


def test_one_alone_is_an_ordinary_message(night: Nights) -> None:
    known = night.open("high_risk")
    night.pass_time(7 * HOUR + 61)
    (sent,) = night.settle()
    assert (sent.alert_id, sent.bundle) == (known, ())
    assert night.vigia.desk.answer(known, Answer(AlertEvent.ACKNOWLEDGE, "Ana", "test"))
    night.settle()
    assert night.phone.updates == [("p-1", "Tomada por Ana.")]


def test_the_answer_to_one_does_not_edit_away_the_others(night: Nights) -> None:
    known = [night.open("high_risk") for _ in range(2)]
    night.pass_time(7 * HOUR + 61)
    night.settle()
    assert night.vigia.desk.answer(known[0], Answer(AlertEvent.ACKNOWLEDGE, "Ana", "test"))
    night.settle()
    assert night.phone.updates == []


def test_what_was_answered_in_the_night_is_not_sent(night: Nights) -> None:
    first, second = night.open("high_risk"), night.open("high_risk")
    night.vigia.desk.answer(first, Answer(AlertEvent.ACT, "Ana", "test"))
    night.pass_time(7 * HOUR + 61)
    assert alerts_in(night.settle()) == [second]


def test_a_bundle_that_fails_is_tried_again_whole(night: Nights) -> None:
    known = [night.open("high_risk") for _ in range(3)]
    night.phone.failures = [BUSY]
    night.pass_time(7 * HOUR + 61)
    assert night.settle() == []
    states = {one.state for alert in known for one in night.of(alert)}
    assert states == {NotificationState.FAILED_TEMPORARY}
    night.pass_time(61)
    assert sorted(alerts_in(night.settle())) == sorted(known)
    night.pass_time(HOUR)
    assert night.settle() == []


def test_urgent_ones_of_the_same_person_do_not_wait(night: Nights) -> None:
    night.open("high_risk")
    urgent = [night.open("emergency"), night.open("human_review")]
    assert sorted(night.soon()) == sorted(urgent)


def test_quiet_hours_that_begin_before_it_is_sent_hold_it_too(tmp_path: Path) -> None:
    loop = Nights(databases.sqlite(tmp_path / "v.db"), tmp_path / "home", begins_s=HOUR)
    loop.broker.away = True
    known = loop.open("high_risk")
    loop.pass_time(2 * HOUR)  # its message was lost; the next channel would be due, too
    loop.broker.away = False
    with loop.vigia.store.begin() as work:
        work._connection.execute(text("update timers set fired_at = 0 where kind = 'not_accepted'"))
        work.commit()
    assert loop.settle() == []
    (one,) = loop.of(known)
    assert one.held_until is not None
    with loop.vigia.store.read() as work:
        assert work.timers.armed([one.id]) == {one.id}
    loop.pass_time(7 * HOUR + 61)
    assert alerts_in(loop.settle()) == [known]
    loop.vigia.close()


def test_it_waits_on_both_databases(database_url: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    start, end = now - timedelta(hours=1), now + timedelta(hours=1)
    with hospital(
        database_url, tmp_path / "home", PEOPLE + ROUTINE.format(start=start, end=end)
    ) as loop:
        loop.vigia.close()
        loop.vigia = loop.process(loop.vigia.settings.model_copy(update={"time_zone": "UTC"}))
        known = [loop.open("high_risk") for _ in range(2)]
        assert loop.now_told() == []
        over = {"old": f'"start":"{start:%H:%M}', "new": f'"start":"{end:%H:%M}'}
        with loop.vigia.store.begin() as work:  # as if the night were over
            for moved in (
                "notifications set planned_at",
                "notifications set held_until",
                "runs set not_before",
            ):
                column = moved.split()[-1]
                work._connection.execute(text(f"update {moved} = {column} - 4000"))
            work._connection.execute(
                text("update alerts set plan = replace(plan, :old, :new)"), over
            )
            work.commit()
        loop.vigia.sweeper.sweep()
        loop.work()
        (sent,) = [message for message, _ in loop.phone.sent]
        assert sorted(sent.bundle) == sorted(known)


KINDS = st.sampled_from(["high_risk", "high_risk", "emergency", "human_review"])
DEEDS = st.one_of(
    st.tuples(st.just("open"), KINDS),
    st.tuples(st.just("wait"), st.integers(600, 5 * 3600)),
    st.tuples(st.just("break"), st.booleans()),
)


@settings(max_examples=20, deadline=None)
@given(begins=st.integers(-8 * 3600, 8 * 3600), deeds=st.lists(DEEDS, max_size=8))
def test_nothing_is_lost_and_nothing_urgent_waits(
    tmp_path_factory: pytest.TempPathFactory, begins: int, deeds: list[tuple[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("nights")
    loop = Nights(databases.sqlite(folder / "v.db"), folder / "home", begins_s=begins)
    opened: dict[str, str] = {}
    told: set[str] = set()

    def go_on(seconds: float) -> list[str]:
        loop.pass_time(seconds)
        before = loop.quiet()
        sent = alerts_in(loop.settle())
        if before and loop.quiet():
            assert "high_risk" not in {opened.get(known) for known in sent}
        told.update(sent)
        return sent

    for deed, value in deeds:
        if deed == "open":
            known = loop.open(str(value))
            opened[known] = str(value)
            soon = [one for seconds in (0, 31, 31) for one in go_on(seconds)]
            if value != "high_risk" and not loop.phone.broken:
                assert known in soon
        elif deed == "wait":
            go_on(float(str(value)))
        else:
            loop.phone.broken = dict.fromkeys(Channel, BUSY) if value else {}
    loop.phone.broken = {}
    for _ in range(5):
        for seconds in (4 * HOUR + 13, 61, 61, 61):
            go_on(seconds)
    assert set(opened) <= told
    loop.vigia.close()


@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        ("emergency", 'quiet_hours: {start: "22:00", end: "07:00"}', "quiet_hours"),
        ("urgent", 'quiet_hours: {start: "22:00", end: "07:00"}', "quiet_hours"),
        ("specialist_review", 'quiet_hours: {start: "22:00", end: "07:00"}', "quiet_hours"),
        ("high_risk", "quiet_hours: {start: 22:00, end: 07:00}", "quiet_hours"),
        ("high_risk", 'quiet_hours: {start: "22:00", end: "22:00"}', "quiet_hours"),
        ("high_risk", 'quiet_hours: {start: "12:00", end: "11:00"}', "quiet_hours"),
        ("urgent", "severity: routine", "severity"),
        ("human_review", "severity: routine", "severity"),
        ("emergency", "severity: urgent", "severity"),
    ],
)
def test_a_file_that_would_let_urgent_things_wait_is_refused(
    tmp_path: Path, kind: str, wrong: str, field: str
) -> None:
    severity = {"high_risk": "routine", "emergency": "emergency"}.get(kind, "urgent")
    lines = [f"severity: {severity}"] if not wrong.startswith("severity") else []
    lines += ["steps: [{after_s: 0, roles: [admin]}]", "accept_within_s: 10", "fallback: admin"]
    lines += ["nobody_after_s: 600", "repeat_every_s: 300", "act_within_s: 900", wrong]
    body = "".join(f"    {line}\n" for line in lines)
    (tmp_path / "own.yaml").write_text(f"version: t\npolicies:\n  {kind}:\n{body}")
    with pytest.raises(InvalidPolicyError) as refused:
        load_escalation(tmp_path / "own.yaml", time_zone="America/Santiago")
    assert [problem.path for problem in refused.value.problems] == [f"policies.{kind}.{field}"]
