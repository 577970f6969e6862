"""What the store promises, on SQLite and on a real PostgreSQL server alike."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from vigia_detect.adapters.db import migrate
from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.adapters.db.tables import metadata
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import Run, Verdict
from vigia_detect.domain.ids import CaseId, Pseudonym, new_case_id
from vigia_detect.domain.policy import Queue
from vigia_detect.domain.records import NewCase, PatientKey
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import DatabaseUnavailableError, LeaseLostError

T = TypeVar("T")
LEASE_S = 30.0
PATIENT = PatientKey(Pseudonym("p_1"), b"key", b"code")
EVERY_QUEUE = frozenset(queue.value for queue in Queue)


def new_case(key: str = "k", *, emergency: bool = False) -> NewCase:
    case_id = new_case_id()
    urgency = Urgency.EMERGENCY if emergency else Urgency.ROUTINE
    return NewCase(case_id, PATIENT.pseudonym, key, b"f", b"sealed", case_id, emergency, urgency)


def accept(
    store: SqlStore, key: str = "k", *, emergency: bool = False
) -> tuple[CaseId, dict[str, Run]]:
    case = new_case(key, emergency=emergency)
    with store.begin() as work:
        work.cases.add_patient(PATIENT)
        work.cases.add(case)
        ready = work.runs.plan(case.id, emergency=emergency)
        work.commit()
    return case.id, {run.task: run for run in ready}


def claim(store: SqlStore, run: Run, lease_s: float = LEASE_S) -> Run | None:
    with store.begin(relaxed=True) as work:
        claimed = work.runs.claim(run.id, run.attempt, lease_s)
        work.commit()
    return claimed.run if claimed else None


def finish(store: SqlStore, run: Run) -> tuple[Run, ...]:
    with store.begin() as work:
        work.runs.finish(run, b"result")
        ready = work.runs.ready_successors(CaseId(run.subject), Stage(run.task))
        work.commit()
    return ready


def states(store: SqlStore, case_id: CaseId) -> dict[str, RunState]:
    with store.read() as work:
        return {run.task: run.state for run in work.runs.of_case(case_id)}


def test_tables_match_the_migrations(empty_database_url: str) -> None:
    store = SqlStore(empty_database_url)
    assert store.upgrade() == store.check() == "0014"
    with store._durable.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert store.upgrade() == "0014"
    store.close()


def test_a_database_without_tables_says_what_to_do(empty_database_url: str) -> None:
    store = SqlStore(empty_database_url)
    with pytest.raises(DatabaseUnavailableError, match="vigia db upgrade"):
        store.check()
    with pytest.raises(DatabaseUnavailableError, match="vigia db upgrade"), store.read() as work:
        work.cases.list(limit=1)
    store.close()


def test_an_old_revision_is_refused(store: SqlStore) -> None:
    with store._durable.begin() as connection:
        connection.execute(text("update alembic_version set version_num = 'old'"))
    with pytest.raises(DatabaseUnavailableError, match="upgrade"):
        migrate.check(store._durable)


def test_what_is_not_committed_does_not_exist(store: SqlStore) -> None:
    case = new_case()
    with store.begin() as work:
        work.cases.add_patient(PATIENT)
        work.cases.add(case)
        work.runs.plan(case.id, emergency=False)
    with store.read() as work:
        assert work.cases.get(case.id) is None
        assert work.cases.patient(PATIENT.pseudonym) is None


def test_the_same_key_is_the_same_case(store: SqlStore) -> None:
    first, second = new_case("same"), new_case("same")
    with store.begin() as work:
        work.cases.add_patient(PATIENT)
        assert work.cases.add(first) == (first.id, b"f", True)
        assert work.cases.add(second) == (first.id, b"f", False)
        work.commit()


def test_a_known_patient_keeps_the_first_key(store: SqlStore) -> None:
    with store.begin() as work:
        work.cases.add_patient(PATIENT)
        other = PatientKey(PATIENT.pseudonym, b"other", b"other")
        assert work.cases.add_patient(other) == PATIENT
        work.commit()


def test_the_first_stages_are_ready_and_the_rest_wait(store: SqlStore) -> None:
    case_id, ready = accept(store)
    assert set(ready) == {Stage.IMAGE_ANALYSIS, Stage.RISK_SCORE}
    assert states(store, case_id) == {
        Stage.IMAGE_ANALYSIS: RunState.READY,
        Stage.RISK_SCORE: RunState.READY,
        Stage.MEDICAL_ANALYSIS: RunState.WAITING,
        Stage.TRIAGE: RunState.WAITING,
        Stage.AUDIT_LOG: RunState.WAITING,
    }


def test_a_run_is_claimed_once(store: SqlStore) -> None:
    _, ready = accept(store)
    run = ready[Stage.RISK_SCORE]
    claimed = claim(store, run)
    assert claimed is not None
    assert claimed.attempt == 1
    assert claim(store, run) is None
    assert claim(store, claimed) is None


def test_claiming_starts_the_case_once(store: SqlStore) -> None:
    case_id, ready = accept(store)
    for run in ready.values():
        claim(store, run)
    with store.read() as work:
        stored = work.cases.get(case_id)
        events = [entry.event for _, entry in work.audit.of_subject(case_id)]
    assert stored is not None
    assert stored.summary.state == CaseState.PROCESSING
    assert events.count(AuditEvent.CASE_STARTED) == 1
    assert events.count(AuditEvent.RUN_STARTED) == 2


def test_concurrent_claims_have_one_winner(store: SqlStore) -> None:
    _, ready = accept(store)
    run = ready[Stage.RISK_SCORE]
    won = in_parallel(8, lambda: claim(store, run))
    assert sum(result is not None for result in won) == 1


def test_a_join_waits_for_all_inputs(store: SqlStore) -> None:
    _, ready = accept(store)
    first = claim(store, ready[Stage.IMAGE_ANALYSIS])
    second = claim(store, ready[Stage.RISK_SCORE])
    assert first is not None
    assert second is not None
    assert finish(store, first) == ()
    (joined,) = finish(store, second)
    assert joined.task == Stage.MEDICAL_ANALYSIS
    with store.begin() as work:
        claimed = work.runs.claim(joined.id, joined.attempt, LEASE_S)
        work.commit()
    assert claimed is not None
    assert claimed.inputs == {Stage.IMAGE_ANALYSIS: b"result", Stage.RISK_SCORE: b"result"}


@pytest.mark.parametrize("round_", range(10))
def test_two_inputs_that_end_together_join_exactly_once(store: SqlStore, round_: int) -> None:
    _, ready = accept(store, f"k{round_}")
    claimed = [claim(store, run) for run in ready.values()]
    jobs = iter(claimed)
    results = in_parallel(2, lambda: finish(store, next(jobs)))
    assert sorted(len(ready) for ready in results) == [0, 1]


def test_a_late_result_changes_nothing(store: SqlStore) -> None:
    case_id, ready = accept(store)
    slow = claim(store, ready[Stage.RISK_SCORE], lease_s=0.01)
    assert slow is not None
    time.sleep(0.05)
    with store.begin() as work:
        (lapsed,) = work.runs.lapsed(10)
        assert work.runs.win_lapsed(lapsed)
        work.runs.lose(lapsed, "worker_lost")
        work.commit()
    with pytest.raises(LeaseLostError):
        finish(store, slow)
    assert states(store, case_id)[Stage.RISK_SCORE] == RunState.READY
    again = claim(store, slow)
    assert again is not None
    assert again.attempt == 2
    with pytest.raises(LeaseLostError):
        finish(store, slow)
    finish(store, again)
    assert states(store, case_id)[Stage.RISK_SCORE] == RunState.DONE


def test_renewing_keeps_a_lease(store: SqlStore) -> None:
    _, ready = accept(store)
    run = claim(store, ready[Stage.RISK_SCORE], lease_s=0.05)
    assert run is not None
    with store.begin(relaxed=True) as work:
        assert work.runs.renew(run, LEASE_S)
        work.commit()
    time.sleep(0.1)
    with store.begin() as work:
        assert work.runs.lapsed(10) == ()
        assert not work.runs.win_lapsed(run)
    finish(store, run)
    with store.begin(relaxed=True) as work:
        assert not work.runs.renew(run, LEASE_S)


def test_a_retry_waits_for_its_pause(store: SqlStore) -> None:
    _, ready = accept(store)
    run = claim(store, ready[Stage.RISK_SCORE])
    assert run is not None
    with store.begin() as work:
        work.runs.retry(run, "Boom", 0.3)
        work.commit()
    assert claim(store, run) is None
    with store.begin() as work:
        assert run.id not in {found.id for found in work.runs.take_unpublished(EVERY_QUEUE, 10)}
    time.sleep(0.35)
    with store.begin() as work:
        taken = work.runs.take_unpublished(frozenset(), 10)
        work.commit()
    assert [found.id for found in taken] == [run.id]
    assert claim(store, taken[0]) is not None


def test_messages_lost_by_the_broker_are_found_by_their_empty_queue(store: SqlStore) -> None:
    _, ready = accept(store)
    lost = {Queue.MEDICAL_PRIORITY.value}
    with store.begin() as work:
        assert work.runs.take_unpublished(lost, 10) == ()
    assert not overdue(store)
    time.sleep(1.1)
    assert overdue(store)
    with store.begin() as work:
        assert work.runs.take_unpublished(frozenset(), 10) == ()
        taken = work.runs.take_unpublished(lost, 10)
        work.commit()
    assert [run.id for run in taken] == [ready[Stage.RISK_SCORE].id]
    with store.begin() as work:
        assert work.runs.take_unpublished(lost, 10) == ()


def test_a_message_in_a_long_backlog_is_sent_again_ever_more_seldom(store: SqlStore) -> None:
    accept(store)

    def sent_again_after(seconds: float) -> bool:
        with store.begin() as work:
            work._connection.execute(
                text("update runs set published_at = published_at - :age"), {"age": seconds}
            )
            taken = work.runs.take_unpublished(frozenset(), 10)
            work.commit()
        return bool(taken)

    assert [sent_again_after(age) for age in (50, 11, 61, 60, 121, 60)] == [
        *(False, True),  # once a minute old
        *(False, True),  # then two
        *(False, True),  # then three
    ]


def test_unsent_messages_are_offered_emergencies_first(store: SqlStore) -> None:
    _, routine = accept(store, "routine")
    _, emergency = accept(store, "emergency", emergency=True)
    with store.begin() as work:
        work.runs.unpublish([*routine.values(), *emergency.values()])
        work.commit()
    with store.begin() as work:
        taken = work.runs.take_unpublished(frozenset(), 2)
        work.commit()
    assert {run.queue for run in taken} == {Queue.EMERGENCY}


def test_several_sweepers_win_each_row_once(store: SqlStore) -> None:
    for number in range(20):
        _, ready = accept(store, f"k{number}")
        with store.begin() as work:
            work.runs.unpublish(list(ready.values()))
            work.commit()

    def sweep() -> list[str]:
        with store.begin() as work:
            taken = work.runs.take_unpublished(frozenset(), 15)
            work.commit()
        return [run.id for run in taken]

    won = [run for result in in_parallel(4, sweep) for run in result]
    assert len(won) == len(set(won)) == 40


def test_a_case_ends_when_its_last_run_has(store: SqlStore) -> None:
    case_id, ready = accept(store)
    queue = list(ready.values())
    while queue:
        run = claim(store, queue.pop())
        assert run is not None
        queue += finish(store, run)
        with store.begin() as work:
            ended = work.cases.end_if_done(case_id)
            work.commit()
    assert ended == CaseState.NEEDS_REVIEW
    with store.begin() as work:
        assert work.cases.end_if_done(case_id) is None


def test_the_urgency_only_rises(store: SqlStore) -> None:
    case_id, _ = accept(store, emergency=True)
    with store.begin() as work:
        work.cases.decide(case_id, Verdict(Urgency.ROUTINE, review_required=False))
        work.commit()
    with store.read() as work:
        stored = work.cases.get(case_id)
    assert stored is not None
    assert stored.summary.urgency == Urgency.EMERGENCY


def overdue(store: SqlStore) -> bool:
    with store.read() as work:
        return work.runs.overdue()


def in_parallel(count: int, job: Callable[[], T]) -> list[T]:
    """Run a job on several threads that start at once; an error in one fails the test."""
    barrier = threading.Barrier(count)
    results: dict[int, T] = {}
    errors: list[BaseException] = []

    def call(index: int) -> None:
        barrier.wait()
        try:
            results[index] = job()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread below
            errors.append(error)

    threads = [threading.Thread(target=call, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [results[index] for index in range(count)]
