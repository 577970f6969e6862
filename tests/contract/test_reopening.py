"""A stage that begins anew because a person asks, on SQLite and PostgreSQL alike."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from ward import System, triage

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import CaseFile, Run, StageOutput, StageResults, Verdict
from vigia_detect.domain.escalation import AlertKind, AlertRequest
from vigia_detect.domain.ids import CaseId, new_case_id, run_id
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import (
    CorruptDataError,
    InvalidOptionError,
    LeaseLostError,
    NotFoundError,
    NotPossibleError,
)
from vigia_detect.stages.reopening import reasons_given, reopen

WHY = "La foto de Ana Pérez estaba bien; el modelo no"


@pytest.fixture
def system(database_url: str, tmp_path: Path) -> Iterator[System]:
    made = System(database_url, tmp_path / "home")
    yield made
    made.vigia.close()


def ended_case(system: System) -> CaseId:
    case_id = CaseId(system.submit())
    system.work_until(system.ended(case_id))
    return case_id


def begin_anew(
    system: System, case_id: CaseId, stage: Stage, *, by: str = "Dr. Soto", reason: str = WHY
) -> tuple[Run, ...]:
    vault = system.vigia.vault  # made before the transaction: it may have to note its key
    with system.vigia.store.begin() as work:
        ready = reopen(work, case_id, stage, by=by, reason=reason, vault=vault)
        work.commit()
    system.vigia.relay.send(ready)
    return ready


def states(system: System, case_id: CaseId) -> dict[str, RunState]:
    return {run.task: run.state for run in system.vigia.desk.status(case_id).runs}


def entries(system: System, case_id: CaseId) -> list[AuditEntry]:
    with system.vigia.store.read() as work:
        return [entry for _, entry in work.audit.of_subject(case_id)]


def failing(_case: CaseFile, _inputs: StageResults) -> StageOutput:
    raise CorruptDataError("unreadable")


@pytest.mark.parametrize("stage", Stage)
def test_the_stage_and_all_that_follow_run_again(system: System, stage: Stage) -> None:
    case_id = ended_case(system)
    before = {run.task: run.attempt for run in system.vigia.desk.status(case_id).runs}
    (run,) = begin_anew(system, case_id, stage)
    assert (run.task, run.attempt, run.tries) == (stage, 1, 0)
    assert system.state(case_id) == CaseState.PROCESSING
    again = {task for task, state in states(system, case_id).items() if state != RunState.DONE}
    system.work()
    assert system.state(case_id) == CaseState.COMPLETED
    after = {run.task: run.attempt for run in system.vigia.desk.status(case_id).runs}
    assert after == {task: n + (task in again) for task, n in before.items()}
    expected = {
        Stage.IMAGE_ANALYSIS: set(Stage) - {Stage.RISK_SCORE},
        Stage.RISK_SCORE: set(Stage) - {Stage.IMAGE_ANALYSIS},
        Stage.MEDICAL_ANALYSIS: {Stage.MEDICAL_ANALYSIS, Stage.TRIAGE, Stage.AUDIT_LOG},
        Stage.TRIAGE: {Stage.TRIAGE, Stage.AUDIT_LOG},
        Stage.AUDIT_LOG: {Stage.AUDIT_LOG},
    }
    assert again == expected[stage]
    report = system.vigia.desk.report(case_id, actor="t")
    assert report.stages[Stage.AUDIT_LOG].state == RunState.DONE


def test_what_a_stage_gave_before_stays_on_record(system: System) -> None:
    case_id = ended_case(system)
    with system.vigia.store.read() as work:
        first = work.runs.results(case_id)[Stage.RISK_SCORE]
    system.bodies[Stage.RISK_SCORE] = lambda _case, _inputs: StageOutput({"done": "again"})
    begin_anew(system, case_id, Stage.RISK_SCORE)
    with system.vigia.store.read() as work:
        assert Stage.RISK_SCORE not in work.runs.results(case_id)
    system.work()
    with system.vigia.store.read() as work:
        kept = work.runs.results_before(run_id(case_id, Stage.RISK_SCORE))
        case, now = work.cases.get(case_id), work.runs.results(case_id)[Stage.RISK_SCORE]
    assert kept == {1: first}
    assert case is not None
    opened = system.vigia.vault.open_result
    assert opened(case, Stage.RISK_SCORE, kept[1]) == {"done": True}
    assert opened(case, Stage.RISK_SCORE, now) == {"done": "again"}
    (entry,) = [one for one in entries(system, case_id) if one.event == AuditEvent.RUN_REOPENED]
    assert entry.detail["result"] == hashlib.sha256(first).hexdigest()
    assert (entry.actor, entry.attempt) == ("Dr. Soto", 1)


def test_the_reason_is_on_record_and_only_encrypted(system: System) -> None:
    case_id = ended_case(system)
    begin_anew(system, case_id, Stage.TRIAGE)
    with system.vigia.store.read() as work:
        case = work.cases.get(case_id)
        assert case is not None
        ((_, by, reason),) = reasons_given(work, case, system.vigia.vault)
        rows = work._connection.execute(text("select * from audit")).all()
    assert (by, reason) == ("Dr. Soto", WHY)
    assert not any("Ana" in str(row) or "modelo" in str(row) for row in rows)
    with pytest.raises(CorruptDataError):
        system.vigia.vault.open_text(case, "reopened:triage:1", "not base64!")


def test_the_policy_counts_tries_from_here(system: System) -> None:
    def broken(_case: CaseFile, _inputs: StageResults) -> StageOutput:
        raise RuntimeError("again and again")

    system.bodies[Stage.RISK_SCORE] = broken
    case_id = ended_case(system)
    assert states(system, case_id)[Stage.RISK_SCORE] == RunState.FAILED
    begin_anew(system, case_id, Stage.RISK_SCORE)
    system.work_until(system.ended(case_id))
    (risk,) = [r for r in system.vigia.desk.status(case_id).runs if r.task == Stage.RISK_SCORE]
    assert (risk.state, risk.attempt) == (RunState.FAILED, 6)
    assert system.events(case_id).count(AuditEvent.RUN_RETRIED) == 4


def test_who_asked_again_hears_of_the_same_failure_again(system: System) -> None:
    system.bodies[Stage.RISK_SCORE] = failing
    case_id = ended_case(system)
    (alert,) = system.vigia.desk.alerts(limit=9)
    assert system.vigia.desk.acknowledge(alert.id, by="Dr. Soto")
    begin_anew(system, case_id, Stage.RISK_SCORE)
    system.work()
    assert system.state(case_id) == CaseState.ESCALATED
    assert AuditEvent.ALERT_REOPENED in system.events(case_id)


def test_a_message_and_an_owner_from_before_change_nothing(system: System) -> None:
    case_id = ended_case(system)
    late = Run(run_id(case_id, Stage.TRIAGE), Stage.TRIAGE, case_id, 1, "medical_priority")
    begin_anew(system, case_id, Stage.MEDICAL_ANALYSIS)
    system.vigia.runner.run(late.id, 0)
    system.vigia.runner.run(late.id, 1)  # the number fits, but it waits for its input
    with system.vigia.store.begin() as work, pytest.raises(LeaseLostError):
        work.runs.finish(late, b"result")
    assert states(system, case_id)[Stage.TRIAGE] == RunState.WAITING
    system.work()
    assert system.state(case_id) == CaseState.COMPLETED


def test_the_urgency_is_not_lowered_and_the_alert_stays(system: System) -> None:
    request = AlertRequest(AlertKind.URGENT, ("r1",))
    urgent = StageOutput({}, (request,), Verdict(Urgency.URGENT, review_required=True))
    system.bodies[Stage.TRIAGE] = lambda _case, _inputs: urgent
    case_id = ended_case(system)
    system.bodies[Stage.TRIAGE] = triage(Urgency.ROUTINE, review=False)
    begin_anew(system, case_id, Stage.RISK_SCORE)
    summary = system.vigia.desk.status(case_id).case
    assert (summary.urgency, summary.review_required) == (Urgency.URGENT, None)
    system.work()
    summary = system.vigia.desk.status(case_id).case
    assert (summary.urgency, summary.state) == (Urgency.URGENT, CaseState.ESCALATED)


def test_without_triage_its_word_on_review_stays(system: System) -> None:
    case_id = ended_case(system)
    begin_anew(system, case_id, Stage.AUDIT_LOG)
    assert system.vigia.desk.status(case_id).case.review_required is False


def test_a_case_that_goes_on_is_left_alone(system: System) -> None:
    case_id = CaseId(system.submit())
    with pytest.raises(NotPossibleError, match=case_id):
        begin_anew(system, case_id, Stage.RISK_SCORE)
    assert AuditEvent.CASE_REOPENED not in system.events(case_id)
    system.work()
    begin_anew(system, case_id, Stage.RISK_SCORE)
    with pytest.raises(NotPossibleError):
        begin_anew(system, case_id, Stage.RISK_SCORE)
    assert system.events(case_id).count(AuditEvent.CASE_REOPENED) == 1


def test_there_must_be_such_a_case(system: System) -> None:
    with pytest.raises(NotFoundError):
        begin_anew(system, new_case_id(), Stage.TRIAGE)


@pytest.mark.parametrize("word", ["", " ", "x" * 501, "Ana\0"])
def test_who_and_why_are_required(system: System, word: str) -> None:
    case_id = ended_case(system)
    with pytest.raises(InvalidOptionError, match="reason"):
        begin_anew(system, case_id, Stage.TRIAGE, reason=word)
    with pytest.raises(InvalidOptionError, match="by"):
        begin_anew(system, case_id, Stage.TRIAGE, by=word)
    assert system.state(case_id) == CaseState.COMPLETED


def test_nothing_is_done_when_the_transaction_is_not_committed(system: System) -> None:
    case_id = ended_case(system)
    with system.vigia.store.begin() as work:
        reopen(work, case_id, Stage.TRIAGE, by="x", reason="y", vault=system.vigia.vault)
    assert system.state(case_id) == CaseState.COMPLETED
    assert set(states(system, case_id).values()) == {RunState.DONE}


def test_the_trail_must_tell_the_second_story_too(system: System) -> None:
    usual = system.vigia._stage_bodies()[Stage.AUDIT_LOG]
    system.bodies[Stage.AUDIT_LOG] = usual
    case_id = ended_case(system)
    begin_anew(system, case_id, Stage.RISK_SCORE)
    with system.vigia.store.begin() as work:
        case = work.cases.get(case_id)
    assert case is not None
    output = usual(system.vigia.vault.open_case(case), {})
    assert output.result["missing"] == ["run.risk_score", "run.medical_analysis", "run.triage"]
    system.work()
    assert usual(system.vigia.vault.open_case(case), {}).result["missing"] == []
