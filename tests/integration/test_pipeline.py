"""Runner, relay and sweeper together, on a real store, without worker processes."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ward import ProcessKilledError, System, nothing

from vigia_detect.adapters.db.store import SqlUnitOfWork
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import CaseFile, Run, StageOutput, StageResults
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.policy import Queue
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import (
    ConfigurationError,
    CorruptDataError,
    DatabaseUnavailableError,
    IdempotencyConflictError,
    InvalidContextError,
    InvalidOptionError,
    UnavailableError,
)
from vigia_detect.settings import Settings


@pytest.fixture
def system(database_url: str, tmp_path: Path) -> Iterator[System]:
    made = System(database_url, tmp_path / "home")
    yield made
    made.vigia.close()


def test_a_case_goes_from_acceptance_to_its_end(system: System) -> None:
    case_id = system.submit()
    assert system.state(case_id) == CaseState.ACCEPTED
    system.work()
    assert system.state(case_id) == CaseState.COMPLETED
    events = system.events(case_id)
    assert events[0] == AuditEvent.CASE_ACCEPTED
    assert events[-1] == AuditEvent.CASE_ENDED
    assert events.count(AuditEvent.RUN_DONE) == len(Stage)


def test_messages_twice_and_late_change_nothing(system: System) -> None:
    case_id = system.submit()
    seen: list[Run] = []
    while system.broker.messages:
        run = system.broker.messages.popleft()
        seen.append(run)
        system.deliver(run)
        system.deliver(run)
    before = system.events(case_id)
    for run in seen:
        system.deliver(run)
    assert system.events(case_id) == before
    assert before.count(AuditEvent.RUN_STARTED) == len(Stage)


def test_a_case_accepted_without_a_broker_runs_when_it_is_back(system: System) -> None:
    system.broker.away = True
    case_id = system.submit()
    system.vigia.sweeper.sweep()
    assert system.state(case_id) == CaseState.ACCEPTED
    system.broker.away = False
    system.work_until(system.ended(case_id))
    assert system.state(case_id) == CaseState.COMPLETED


def test_an_emptied_broker_loses_nothing(system: System) -> None:
    case_id = system.submit()
    system.broker.messages.clear()
    system.work_until(system.ended(case_id))
    assert system.state(case_id) == CaseState.COMPLETED


def test_a_failing_stage_is_tried_again_and_then_succeeds(system: System) -> None:
    tries: list[int] = []

    def flaky(case: CaseFile, inputs: StageResults) -> StageOutput:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("the patient is called Ana")
        return nothing(case, inputs)

    system.bodies[Stage.RISK_SCORE] = flaky
    case_id = system.submit()
    system.work_until(system.ended(case_id))
    assert system.state(case_id) == CaseState.COMPLETED
    assert system.events(case_id).count(AuditEvent.RUN_RETRIED) == 2


def test_an_exhausted_stage_goes_to_a_person_and_the_rest_goes_on(system: System) -> None:
    def broken(_case: CaseFile, _inputs: StageResults) -> StageOutput:
        raise RuntimeError("always")

    system.bodies[Stage.IMAGE_ANALYSIS] = broken
    case_id = system.submit()
    system.work_until(system.ended(case_id))
    assert system.state(case_id) == CaseState.ESCALATED
    assert system.run_state(case_id, Stage.IMAGE_ANALYSIS) == RunState.FAILED
    assert system.run_state(case_id, Stage.TRIAGE) == RunState.DONE
    (alert,) = system.vigia.desk.alerts(limit=9)
    assert alert.kind == AlertKind.HUMAN_REVIEW
    assert alert.reasons == ("image_analysis_failed", "RuntimeError")
    assert system.phone.told() == ["#equipo-medico/inbox"]
    assert system.vigia.desk.report(case_id, actor="t").missing == {
        "image_analysis": "RuntimeError"
    }


def test_a_result_that_cannot_be_stored_is_the_stages_failure(system: System) -> None:
    def wrong(_case: CaseFile, _inputs: StageResults) -> StageOutput:
        return StageOutput({"measured": object()})  # type: ignore[dict-item]

    system.bodies[Stage.IMAGE_ANALYSIS] = wrong
    case_id = system.submit()
    system.work_until(system.ended(case_id))
    assert system.events(case_id).count(AuditEvent.RUN_LOST) == 0
    missing = system.vigia.desk.report(case_id, actor="t").missing
    assert missing == {"image_analysis": "TypeError"}


def test_without_triage_there_is_no_result_and_a_person_knows(system: System) -> None:
    def broken(_case: CaseFile, _inputs: StageResults) -> StageOutput:
        raise CorruptDataError("unreadable")

    system.bodies[Stage.TRIAGE] = broken
    case_id = system.submit()
    system.work_until(system.ended(case_id))
    assert system.state(case_id) == CaseState.FAILED
    assert system.events(case_id).count(AuditEvent.RUN_RETRIED) == 0
    assert len(system.phone.sent) == 1


def test_a_soft_limit_is_a_typed_failure(system: System) -> None:
    class SoftLimit(Exception):  # noqa: N818 - stands for a library's own
        pass

    def slow(_case: CaseFile, _inputs: StageResults) -> StageOutput:
        raise SoftLimit

    system.bodies[Stage.RISK_SCORE] = slow
    case_id = system.submit()
    run = next(run for run in system.broker.messages if run.task == Stage.RISK_SCORE)
    system.vigia.runner.run(run.id, run.attempt, timeout=SoftLimit)
    (found,) = [
        run for run in system.vigia.desk.status(case_id).runs if run.task == Stage.RISK_SCORE
    ]
    assert (found.state, found.error_code) == (RunState.READY, "StageTimedOut")


def test_the_work_of_a_silent_process_is_given_to_another(system: System) -> None:
    case_id = system.submit()
    for run in list(system.broker.messages):
        with system.vigia.store.begin() as work:
            assert work.runs.claim(run.id, run.attempt, lease_s=0.05) is not None
            work.commit()
    system.work()
    assert system.run_state(case_id, Stage.RISK_SCORE) == RunState.RUNNING
    system.work_until(system.ended(case_id))
    assert system.state(case_id) == CaseState.COMPLETED
    assert system.events(case_id).count(AuditEvent.RUN_LOST) == 2


def test_a_stage_that_kills_its_process_is_given_up(system: System) -> None:
    def poison(_case: CaseFile, _inputs: StageResults) -> StageOutput:
        raise ProcessKilledError

    system.bodies[Stage.IMAGE_ANALYSIS] = poison
    case_id = system.submit()
    system.work_until(system.ended(case_id))
    assert system.run_state(case_id, Stage.IMAGE_ANALYSIS) == RunState.FAILED
    assert system.events(case_id).count(AuditEvent.RUN_LOST) == 2
    assert system.state(case_id) == CaseState.ESCALATED


def test_a_long_stage_keeps_its_lease(system: System) -> None:
    started = threading.Event()

    def long(case: CaseFile, inputs: StageResults) -> StageOutput:
        started.set()
        time.sleep(2.5)  # longer than twice the lease
        return nothing(case, inputs)

    system.bodies[Stage.RISK_SCORE] = long
    case_id = system.submit()
    worker = threading.Thread(target=system.work)
    worker.start()
    started.wait(5)
    while worker.is_alive():
        system.vigia.sweeper.sweep()
        time.sleep(0.05)
    worker.join()
    assert system.events(case_id).count(AuditEvent.RUN_LOST) == 0
    assert system.state(case_id) == CaseState.COMPLETED


def test_after_a_slow_stage_the_next_has_a_message_and_limits_of_its_own(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigia_detect.stages.runner.CONTINUE_WITHIN_S", 0.2)

    def slow(case: CaseFile, inputs: StageResults) -> StageOutput:
        time.sleep(0.3)
        return nothing(case, inputs)

    system.bodies[Stage.RISK_SCORE] = slow
    case_id = system.submit()
    image, risk = sorted(system.broker.messages, key=lambda run: run.task)
    system.broker.messages.clear()
    system.deliver(image)
    system.deliver(risk)
    assert system.run_state(case_id, Stage.MEDICAL_ANALYSIS) == RunState.READY
    assert [run.task for run in system.broker.messages] == [Stage.MEDICAL_ANALYSIS]
    system.work()
    assert system.state(case_id) == CaseState.COMPLETED


def test_a_result_that_comes_after_the_lease_changes_nothing(system: System) -> None:
    case_id = system.submit()
    (run,) = [run for run in system.broker.messages if run.task == Stage.RISK_SCORE]

    def overtaken(case: CaseFile, inputs: StageResults) -> StageOutput:
        with system.vigia.store.begin() as work:
            late = Run(run.id, run.task, run.subject, run.attempt + 1, run.queue)
            work.runs.lose(late, "worker_lost")
            work.commit()
        return nothing(case, inputs)

    system.bodies[Stage.RISK_SCORE] = overtaken
    system.deliver(run)
    assert system.run_state(case_id, Stage.RISK_SCORE) == RunState.READY
    assert system.events(case_id).count(AuditEvent.RUN_DONE) == 0


def test_a_declared_emergency_alerts_before_any_stage_runs(system: System) -> None:
    case_id = system.submit(priority="emergency")
    (alert,) = system.vigia.desk.alerts(limit=9)
    assert (alert.kind, alert.case_id) == (AlertKind.EMERGENCY, case_id)
    assert {run.queue for run in system.broker.messages} == {Queue.EMERGENCY}
    system.work()
    assert system.state(case_id) == CaseState.ESCALATED
    assert system.vigia.desk.status(case_id).case.urgency == Urgency.EMERGENCY
    channels = sorted(system.phone.told())
    assert channels == ["#emergencias/inbox", "#equipo-medico/inbox", "#especialistas/inbox"]


@pytest.mark.parametrize("failure", [UnavailableError("no signal"), ValueError("a bug")])
def test_a_channel_that_fails_is_tried_again(system: System, failure: Exception) -> None:
    system.phone.failures = [failure]
    opened = system.vigia.desk.escalate("human_review", case_id=None, reasons=("asked",))
    system.work_until(lambda: len(system.phone.sent) == 1)
    events = system.events(opened.alert_id)
    assert events.count(AuditEvent.RUN_RETRIED) == 1
    assert AuditEvent.RUN_LOST not in events


def test_a_sweeper_goes_on_after_any_error(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    stop = threading.Event()

    def fail() -> None:
        looks.append(1)
        if len(looks) == 3:
            stop.set()
        raise ValueError("a row that nobody foresaw")

    monkeypatch.setattr(system.vigia.sweeper, "sweep", fail)
    system.vigia.sweeper.run_forever(0.01, stop)
    assert len(looks) == 3


def test_the_same_key_is_one_case(system: System) -> None:
    first = system.submit(idempotency_key="A-17")
    assert system.submit(idempotency_key="A-17") == first
    assert len(system.vigia.desk.cases(limit=9)) == 1
    pictures = [path for path in system.vigia.settings.image_folder.rglob("*") if path.is_file()]
    assert len(pictures) == 1


def test_a_lost_answer_to_the_commit_leaves_the_case_whole(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.submit()  # the parts are made

    def commit_and_lose_the_answer(work: SqlUnitOfWork) -> None:
        commit(work)
        raise DatabaseUnavailableError("the connection is gone")

    commit = SqlUnitOfWork.commit
    with monkeypatch.context() as patched:
        patched.setattr(SqlUnitOfWork, "commit", commit_and_lose_the_answer)
        with pytest.raises(DatabaseUnavailableError):
            system.submit(idempotency_key="A-18")
    case_id = system.submit(idempotency_key="A-18")
    assert len(system.vigia.desk.cases(limit=9)) == 2
    assert (system.vigia.settings.image_folder / case_id[-2:] / case_id).is_file()


def test_a_conflicting_key_leaves_no_picture(system: System) -> None:
    system.submit(idempotency_key="A-19")
    with pytest.raises(IdempotencyConflictError):
        system.submit("P-2", idempotency_key="A-19")
    pictures = [path for path in system.vigia.settings.image_folder.rglob("*") if path.is_file()]
    assert len(pictures) == 1


@pytest.mark.parametrize("code", ["", "a b", "x" * 65, 17, None])
def test_a_wrong_patient_code_is_a_typed_error(system: System, code: str) -> None:
    with pytest.raises(InvalidContextError, match="patient_code"):
        system.submit(code)


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "Ana\n", "Ana\0"])
def test_a_wrong_name_acknowledges_nothing(system: System, name: str) -> None:
    opened = system.vigia.desk.escalate("human_review", case_id=None, reasons=())
    with pytest.raises(InvalidOptionError, match="by"):
        system.vigia.desk.acknowledge(opened.alert_id, by=name)
    (alert,) = system.vigia.desk.alerts(limit=9)
    assert alert.acknowledged_by is None


def test_an_escalation_after_the_answer_tells_people_again(system: System) -> None:
    case_id = system.submit()
    first = system.vigia.desk.escalate("high_risk", case_id=case_id, reasons=("asked",))
    assert not system.vigia.desk.escalate("high_risk", case_id=case_id, reasons=()).created
    assert system.vigia.desk.acknowledge(first.alert_id, by="Dr. Soto")  # before it was sent
    again = system.vigia.desk.escalate("high_risk", case_id=case_id, reasons=("asked",))
    assert again.created
    assert again.alert_id == first.alert_id
    system.work()
    assert sorted(system.phone.told()) == ["#equipo-medico/inbox", "#riesgo-alto/inbox"]


def test_what_cannot_be_sent_for_any_reason_is_accepted_and_sent_later(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def misconfigured(_run: Run) -> None:
        raise KeyError("no such transport")

    with monkeypatch.context() as patched:
        patched.setattr(system.broker, "publish", misconfigured)
        case_id = system.submit()
    system.work_until(system.ended(case_id))
    assert system.state(case_id) == CaseState.COMPLETED


def test_two_hosts_cannot_work_with_two_keys(database_url: str, tmp_path: Path) -> None:
    first = System(database_url, tmp_path / "one")
    first.submit()
    second = Vigia(Settings(home=tmp_path / "two", database_url=database_url))
    with pytest.raises(ConfigurationError, match=r"master\.key"):
        second.cipher.pseudonym("P-1")
    first.vigia.close()
    second.close()
