"""What was given up: listed, shown, asked for again; on SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loop import PEOPLE, hospital
from sqlalchemy import text
from ward import System, nothing

from vigia_detect.domain.alert_states import AlertEvent, NotificationState
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults
from vigia_detect.domain.escalation import Answer
from vigia_detect.domain.ids import AlertId, run_id
from vigia_detect.domain.notification import Channel
from vigia_detect.domain.policy import NOTIFICATION, FailureSeverity
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.errors import (
    ChannelPermanentError,
    CorruptDataError,
    InvalidOptionError,
    NotFoundError,
    NotPossibleError,
)

WHY = "Modelo reparado; pedido por Ana Pérez"


def failing(_case: CaseFile, _inputs: StageResults) -> StageOutput:
    raise CorruptDataError("unreadable")


@pytest.fixture
def system(database_url: str, tmp_path: Path) -> Iterator[System]:
    made = System(database_url, tmp_path / "home")
    yield made
    made.vigia.close()


def failed_case(system: System, stage: Stage = Stage.RISK_SCORE) -> str:
    system.bodies[stage] = failing
    case_id = system.submit()
    system.work()
    return case_id


def test_a_failed_stage_is_listed_shown_and_done_again(system: System) -> None:
    case_id = failed_case(system)
    letters = system.vigia.dead_letters
    (letter,) = letters.list(limit=9)
    assert letter.run_id == run_id(case_id, Stage.RISK_SCORE)
    assert (letter.task, letter.code, letter.attempts) == (Stage.RISK_SCORE, "CorruptData", 1)
    assert (letter.case_id, letter.alert_id) == (case_id, None)
    assert letter.severity == FailureSeverity.HIGH
    assert 0 <= letter.age_s < 60
    system.bodies[Stage.RISK_SCORE] = nothing
    assert letters.retry(letter.run_id, by="Luis Rey", reason=WHY).run_id == letter.run_id
    assert letters.list(limit=9) == ()
    system.work()
    assert system.run_state(case_id, Stage.RISK_SCORE) == RunState.DONE
    assert system.state(case_id) == CaseState.ESCALATED  # nobody has answered the alert yet


def test_it_is_shown_with_its_history_and_who_reads_it_is_recorded(system: System) -> None:
    case_id = failed_case(system)
    letters = system.vigia.dead_letters
    (letter,) = letters.list(limit=9)
    letters.retry(letter.run_id, by="Luis Rey", reason=WHY)
    system.work()
    report = letters.show(letter.run_id, actor="Eva", may_read=True)
    events = [one.event for one in report.happened]
    assert events == ["run.started", "run.failed", "run.reopened", "run.started", "run.failed"]
    assert [one.attempt for one in report.happened] == [1, 1, 1, 2, 2]
    ((by, reason),) = [(one.by, one.reason) for one in report.retries]
    assert (by, reason) == ("Luis Rey", WHY)
    assert AuditEvent.CASE_READ in system.events(case_id)


def test_what_has_not_failed_is_refused(system: System) -> None:
    case_id = failed_case(system)
    letters = system.vigia.dead_letters
    for wrong in (run_id(case_id, Stage.TRIAGE), case_id, "x", ""):
        with pytest.raises(NotFoundError, match="vigia failed list"):
            letters.retry(wrong, by="Luis Rey", reason=WHY)
    assert AuditEvent.CASE_REOPENED not in system.events(case_id)


def test_a_case_that_goes_on_is_not_begun_anew(system: System) -> None:
    system.bodies[Stage.RISK_SCORE] = failing
    case_id = system.submit()
    (risk,) = [run for run in system.broker.messages if run.task == Stage.RISK_SCORE]
    system.deliver(risk)
    with pytest.raises(NotPossibleError, match="has not ended"):
        system.vigia.dead_letters.retry(risk.id, by="Luis Rey", reason=WHY)
    assert system.run_state(case_id, Stage.RISK_SCORE) == RunState.FAILED


@pytest.mark.parametrize(("by", "reason"), [("", WHY), ("Luis Rey", ""), ("Luis Rey", " ")])
def test_who_and_why_are_required(system: System, by: str, reason: str) -> None:
    failed_case(system)
    (letter,) = system.vigia.dead_letters.list(limit=9)
    with pytest.raises(InvalidOptionError):
        system.vigia.dead_letters.retry(letter.run_id, by=by, reason=reason)


def test_a_notification_is_told_again_to_the_same_person(database_url: str, tmp_path: Path) -> None:
    with hospital(database_url, tmp_path / "home", PEOPLE) as loop:
        loop.phone.broken[Channel.SLACK] = ChannelPermanentError("no such channel")
        alert = loop.open()
        letters = loop.vigia.dead_letters
        assert loop.now_told() == ["ana/email"]
        (letter,) = letters.list(limit=9)
        assert (letter.task, letter.alert_id, letter.case_id) == (NOTIFICATION, alert, None)
        assert letter.severity == FailureSeverity.MEDIUM  # she was told by mail
        loop.phone.broken.clear()
        letters.retry(letter.run_id, by="Luis Rey", reason=WHY)
        assert loop.now_told() == ["ana/slack"]
        assert letters.list(limit=9) == ()
        with loop.vigia.store.read() as work:
            told = work.notifications.of_alert(AlertId(alert))
            kept = [e for _, e in work.audit.of_subject(alert) if e.actor == "Luis Rey"]
            rows = work._connection.execute(text("select * from audit")).all()
        assert [one.state for one in told].count(NotificationState.FAILED_PERMANENT) == 1
        (entry,) = kept
        role = f"repeated:{letter.run_id}"
        opened = loop.vigia.vault.open_own_text(alert, role, str(entry.detail["reason"]))
        assert (entry.event, opened) == (AuditEvent.NOTIFICATION_REPEATED, WHY)
        assert not any("Ana P" in str(row) for row in rows)


def test_the_next_step_still_comes_at_its_time(database_url: str, tmp_path: Path) -> None:
    with hospital(database_url, tmp_path / "home", PEOPLE) as loop:
        loop.phone.broken[Channel.SLACK] = ChannelPermanentError("no such channel")
        loop.open()
        loop.now_told()
        loop.phone.broken.clear()
        (letter,) = loop.vigia.dead_letters.list(limit=9)
        loop.pass_time(60)
        loop.vigia.dead_letters.retry(letter.run_id, by="Luis Rey", reason=WHY)
        assert loop.now_told() == ["ana/slack"]
        assert loop.after(58) == []
        assert loop.after(3) == ["bea/slack"]


def test_an_answered_alert_needs_nobody_to_be_told_again(database_url: str, tmp_path: Path) -> None:
    with hospital(database_url, tmp_path / "home", PEOPLE) as loop:
        loop.phone.broken[Channel.SLACK] = ChannelPermanentError("no such channel")
        alert = loop.open()
        loop.now_told()
        (letter,) = loop.vigia.dead_letters.list(limit=9)
        assert loop.vigia.desk.acknowledge(alert, by="Ana")
        assert loop.vigia.dead_letters.list(limit=9) == ()
        with pytest.raises(NotFoundError):
            loop.vigia.dead_letters.retry(letter.run_id, by="Luis Rey", reason=WHY)


def test_when_no_provider_takes_it_an_administrator_is_told(
    database_url: str, tmp_path: Path
) -> None:
    with hospital(database_url, tmp_path / "home", PEOPLE) as loop:
        for channel in (Channel.SLACK, Channel.EMAIL):
            loop.phone.broken[channel] = ChannelPermanentError("refused")
        alert = loop.open()
        assert set(loop.now_told()) == {"ops/webhook"}
        kinds = {one.kind: one.reasons for one in loop.vigia.desk.alerts(limit=9)}
        assert kinds["system_error"] == ("nobody_reached",)
        (system,) = [one for one in loop.vigia.desk.alerts(limit=9) if one.kind == "system_error"]
        for seconds in (601, 301):  # it still reaches nobody
            assert loop.vigia.desk.answer(system.id, Answer(AlertEvent.ACT, "Luis Rey", "test"))
            assert "ops/webhook" in loop.after(seconds)
        severities = {
            one.severity for one in loop.vigia.dead_letters.list(limit=99) if one.alert_id == alert
        }
        assert severities == {FailureSeverity.CRITICAL}
