"""Narratives are attached once, to the decision that stands, and no case waits for one."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from pen import MADE_BY, QUESTION, SAID, Pen
from ward import ProcessKilledError, System, triage

from vigia_detect.adapters.db.tables import addenda, runs
from vigia_detect.domain.addendum import AddendumState
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.domain.policy import NARRATIVE, Queue
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CASE_ENDS, CaseState, RunState
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import (
    ModelAwayError,
    ModelFaultError,
    ModelInvalidError,
    ModelRefusedError,
    ModelSlowError,
    NoNarrativeError,
)
from vigia_detect.stages.basis import digest
from vigia_detect.stages.reopening import reopen
from vigia_detect.stages.report import NarrativeReport

TOLD, PENDING, ABSENT = AddendumState.TOLD, AddendumState.PENDING, AddendumState.ABSENT


@pytest.fixture
def pen() -> Pen:
    return Pen()


@pytest.fixture
def system(database_url: str, tmp_path: Path, pen: Pen) -> Iterator[System]:
    made = System(database_url, tmp_path / "home", pen=pen)
    yield made
    made.vigia.close()


def decided(system: System, **options: str) -> tuple[CaseId, Run]:
    """Bring a case to its end but leave its narrative unwritten; return its message, too."""
    case_id, kept = CaseId(system.submit(**options)), []
    while system.broker.messages:
        run = system.broker.messages.popleft()
        if run.task == NARRATIVE:
            kept.append(run)
        else:
            system.deliver(run)
    assert system.ended(case_id)()
    (narrative,) = kept
    return case_id, narrative


def told(system: System, case_id: CaseId) -> NarrativeReport:
    return system.vigia.desk.report(case_id, actor="test").narrative


def standing(system: System, case_id: CaseId) -> tuple[str, str | None]:
    found = told(system, case_id)
    return found.state, found.reason


def entries(system: System, case_id: CaseId, event: AuditEvent) -> list[AuditEntry]:
    with system.vigia.store.read() as work:
        return [one for _, one in work.audit.of_subject(case_id) if one.event == event]


def run_of(system: System, run: Run) -> tuple[str, int, str | None]:
    query = sa.select(runs.c.state, runs.c.attempt, runs.c.error_code).where(runs.c.id == run.id)
    with system.vigia.store.read() as work:
        state, attempt, code = work._connection.execute(query).one()
    return state, attempt, code


def decide_anew(system: System, case_id: CaseId) -> None:
    """Let a person ask for triage again, and triage speak; narratives stay unwritten."""
    vault = system.vigia.vault
    with system.vigia.store.begin() as work:
        ready = reopen(work, case_id, Stage.TRIAGE, by="Dr. Soto", reason="otra vez", vault=vault)
        work.commit()
    for run in ready:
        system.deliver(run)


def test_it_is_attached_after_the_case_has_ended(system: System, pen: Pen) -> None:
    case_id, narrative = decided(system)
    assert standing(system, case_id) == (PENDING, None)
    system.deliver(narrative)
    found = told(system, case_id)
    assert (found.state, found.reason) == (TOLD, None)
    assert found.content is not None
    assert found.content["summary"] == [{"text": SAID, "cites": ["finding-1"]}]
    assert pen.asked == [(frozenset(Stage), 600.0)]
    assert run_of(system, narrative)[:2] == ("done", 1)


def test_its_entry_names_model_and_prompts_and_hashes_what_went_in_and_came_out(
    system: System,
) -> None:
    case_id, narrative = decided(system)
    system.deliver(narrative)
    (entry,) = entries(system, case_id, AuditEvent.NARRATIVE_ADDED)
    with system.vigia.store.read() as work:
        stored = work.addenda.of_decision(case_id, 1)
        results = work.runs.results(case_id)
    assert stored is not None
    assert stored.sealed is not None
    assert entry.detail == {
        "decision": 1,
        "made_by": MADE_BY,
        "result": digest(stored.sealed),
        "inputs": {stage: digest(data) for stage, data in results.items()},
    }
    assert (entry.run_id, entry.attempt) == (narrative.id, 1)
    assert SAID.encode() not in stored.sealed


def test_a_message_that_comes_twice_writes_nothing_twice(system: System, pen: Pen) -> None:
    case_id, narrative = decided(system)
    for _ in range(3):
        system.deliver(narrative)
    assert len(pen.asked) == len(entries(system, case_id, AuditEvent.NARRATIVE_ADDED)) == 1


@pytest.mark.parametrize("priority", ["routine", "emergency"])
def test_no_case_counts_or_waits_for_it(system: System, priority: str) -> None:
    system.bodies[Stage.TRIAGE] = triage(Urgency.EMERGENCY, review=True)
    case_id = CaseId(system.submit(priority=priority))
    narratives = []
    while system.broker.messages:
        run = system.broker.messages.popleft()
        narratives += [run] if run.task == NARRATIVE else []
        if run.task != NARRATIVE:
            system.deliver(run)
    status = system.vigia.desk.status(case_id)
    assert status.case.state in CASE_ENDS
    assert [run.task for run in status.runs] == list(Stage)
    assert [run.queue for run in narratives] == [Queue.NARRATIVE]
    with system.vigia.store.read() as work:
        assert work.runs.oldest_ready_s(Queue.NARRATIVE) > 0
        assert work.runs.oldest_ready_s() == 0


@pytest.mark.parametrize(
    ("error", "reason", "attempts"),
    [
        (ModelSlowError("SECRET"), "slow", 1),
        (ModelRefusedError("SECRET"), "refused", 1),
        (ModelInvalidError("SECRET"), "invalid", 1),
        (NoNarrativeError("nothing_left"), "nothing_left", 1),
        (ModelAwayError("SECRET"), "away", 6),
        (NoNarrativeError("away"), "away", 6),
        (ModelFaultError("SECRET"), "server_error", 6),
        (NoNarrativeError("server_error"), "server_error", 6),
        (RuntimeError("SECRET"), "failed", 2),
    ],
    ids=lambda given: given if isinstance(given, str) else None,
)
def test_what_cannot_be_written_is_absent_and_says_why(
    system: System, pen: Pen, error: Exception, reason: str, attempts: int
) -> None:
    case_id, narrative = decided(system)
    before, pen.failing = system.state(case_id), error
    for attempt in range(attempts):
        assert standing(system, case_id) == (PENDING, None)
        with system.vigia.store.begin() as work:
            due = sa.update(runs).where(runs.c.id == narrative.id).values(not_before=0)
            work._connection.execute(due)
            work.commit()
        system.vigia.narratives.run(narrative.id, attempt)
    assert standing(system, case_id) == (ABSENT, reason)
    assert told(system, case_id).content is None
    assert run_of(system, narrative)[:2] == ("failed", attempts)
    (entry,) = entries(system, case_id, AuditEvent.NARRATIVE_ABSENT)
    assert entry.detail["reason"] == reason
    assert "SECRET" not in str(entry.detail)
    assert system.state(case_id) == before
    assert_nobody_is_bothered(system)


def assert_nobody_is_bothered(system: System) -> None:
    assert system.phone.sent == []
    assert list(system.vigia.desk.alerts(limit=9)) == []
    assert system.vigia.dead_letters.list(limit=9) == ()
    with system.vigia.store.read() as work:
        assert work.audit.ends_since(0) == (0, len(Stage))


def test_a_process_that_dies_is_followed_by_another_and_nothing_is_attached_twice(
    system: System, pen: Pen
) -> None:
    case_id, narrative = decided(system)
    pen.failing = ProcessKilledError()
    system.deliver(narrative)
    assert run_of(system, narrative)[0] == "running"
    pen.failing = None
    system.work_until(lambda: standing(system, case_id) == (TOLD, None))
    assert run_of(system, narrative)[:2] == ("done", 2)
    assert len(entries(system, case_id, AuditEvent.NARRATIVE_ADDED)) == 1


def test_a_process_that_dies_again_and_again_leaves_none(system: System, pen: Pen) -> None:
    case_id, narrative = decided(system)
    pen.failing = ProcessKilledError()
    system.deliver(narrative)
    system.work_until(lambda: standing(system, case_id) == (ABSENT, "failed"))
    assert run_of(system, narrative) == ("failed", 2, "worker_lost")
    assert_nobody_is_bothered(system)


def test_it_stays_its_own_while_the_model_writes_for_longer_than_a_lease(
    system: System, pen: Pen
) -> None:
    case_id, narrative = decided(system)

    def write_slowly() -> None:
        until = time.monotonic() + 2.5 * system.vigia.settings.lease_s
        while time.monotonic() < until:
            system.vigia.sweeper.sweep()
            time.sleep(0.1)

    pen.meanwhile = write_slowly
    system.deliver(narrative)
    assert standing(system, case_id) == (TOLD, None)
    assert run_of(system, narrative)[:2] == ("done", 1)


def test_one_that_is_being_written_when_the_case_is_decided_anew_is_not_attached(
    system: System, pen: Pen
) -> None:
    case_id, old = decided(system)
    pen.meanwhile = lambda: decide_anew(system, case_id)
    system.deliver(old)
    assert standing(system, case_id) == (PENDING, None)
    assert run_of(system, old)[0] == "done"
    with system.vigia.store.read() as work:
        first = work.addenda.of_decision(case_id, 1)
    assert first is not None
    assert (first.state, first.reason, first.sealed) == (ABSENT, "superseded", None)
    pen.meanwhile = lambda: None
    system.work()
    assert standing(system, case_id) == (TOLD, None)
    (entry,) = entries(system, case_id, AuditEvent.NARRATIVE_ADDED)
    assert entry.detail["decision"] == 2


def test_while_a_case_is_worked_on_anew_it_has_no_narrative(system: System, pen: Pen) -> None:
    case_id, narrative = decided(system)
    system.deliver(narrative)
    vault = system.vigia.vault
    with system.vigia.store.begin() as work:
        reopen(work, case_id, Stage.IMAGE_ANALYSIS, by="x", reason="otra vez", vault=vault)
        work.commit()
    assert standing(system, case_id) == (ABSENT, "not_decided")
    assert len(pen.asked) == 1


def test_one_that_was_not_begun_when_the_case_was_decided_anew_is_never_written(
    system: System, pen: Pen
) -> None:
    case_id, old = decided(system)
    decide_anew(system, case_id)
    system.deliver(old)
    assert pen.asked == []
    assert run_of(system, old)[0] == "done"
    assert [
        one.detail["reason"] for one in entries(system, case_id, AuditEvent.NARRATIVE_ABSENT)
    ] == ["superseded"]


def test_a_review_that_leaves_triage_alone_leaves_it_too(system: System) -> None:
    case_id, narrative = decided(system)
    vault = system.vigia.vault
    with system.vigia.store.begin() as work:
        ready = reopen(work, case_id, Stage.AUDIT_LOG, by="x", reason="otra vez", vault=vault)
        work.commit()
    system.deliver(narrative)
    for run in ready:
        system.deliver(run)
    assert standing(system, case_id) == (TOLD, None)


def test_a_later_decision_does_not_rest_on_words_about_the_one_before(system: System) -> None:
    case_id, narrative = decided(system)
    system.deliver(narrative)
    decide_anew(system, case_id)
    first, second = entries(system, case_id, AuditEvent.DECISION_MADE)
    assert first.detail["made_by"] == second.detail["made_by"]


def test_many_narratives_hold_up_nothing_else(system: System) -> None:
    for _ in range(3):
        decided(system)
    system.submit()
    system.broker.messages.clear()
    with system.vigia.store.begin() as work:
        work._connection.execute(sa.update(runs).values(published_at=None, publishes=0))
        work._connection.execute(
            sa.update(runs)
            .where(runs.c.task != NARRATIVE)
            .values(not_before=runs.c.not_before + 0.1)
        )
        work.commit()
    time.sleep(0.2)
    with system.vigia.store.begin() as work:
        first = work.runs.take_unpublished((), 2)
    assert NARRATIVE not in {run.task for run in first}


def test_without_a_model_nothing_is_planned(database_url: str, tmp_path: Path) -> None:
    system = System(database_url, tmp_path / "home")
    case_id = CaseId(system.submit())
    assert standing(system, case_id) == (ABSENT, "not_decided")
    system.work()
    assert standing(system, case_id) == (ABSENT, "not_configured")
    with system.vigia.store.read() as work:
        assert work._connection.execute(sa.select(addenda)).all() == []
        assert {state for _, state in work.runs.counts()} == {RunState.DONE}
    system.vigia.close()


def test_where_the_model_was_taken_away_what_waits_ends_without_one(
    system: System, database_url: str, tmp_path: Path
) -> None:
    case_id, narrative = decided(system)
    without = System(database_url, tmp_path / "home")
    without.deliver(narrative)
    assert standing(system, case_id) == (ABSENT, NoNarrativeReason.NOT_CONFIGURED)
    without.vigia.close()


def test_who_reviews_is_asked_where_findings_do_not_agree(system: System) -> None:
    system.bodies[Stage.TRIAGE] = triage(Urgency.ROUTINE, review=True)
    case_id, narrative = decided(system)
    (before,) = system.vigia.review.queue(limit=9, actor="eva")
    system.deliver(narrative)
    (after,) = system.vigia.review.queue(limit=9, actor="eva")
    assert before.questions == ()
    assert [(one.es, one.en) for one in after.questions] == [tuple(QUESTION.values())]
    assert replace(after, questions=(), age_s=before.age_s) == before
    assert system.state(case_id) == CaseState.NEEDS_REVIEW
