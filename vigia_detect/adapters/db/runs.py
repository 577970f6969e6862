from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from vigia_detect.adapters.db import run_statements as sql
from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.cases import SqlCases
from vigia_detect.adapters.db.dead_letters import failed_runs
from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.prepared import Prepared
from vigia_detect.adapters.db.reopening import begin_anew, results_before
from vigia_detect.adapters.db.rows import to_run, to_run_status, to_runs
from vigia_detect.adapters.db.tables import runs
from vigia_detect.domain.audit import RUN_AUDIT, AuditEntry
from vigia_detect.domain.case import Run, RunStatus
from vigia_detect.domain.ids import CaseId, RunId, run_id
from vigia_detect.domain.policy import Queue, queue_of
from vigia_detect.domain.records import ClaimedRun, FailedRun, StoredCase
from vigia_detect.domain.stages import INPUTS, Stage, successors
from vigia_detect.domain.states import RunEvent, RunState
from vigia_detect.errors import LeaseLostError


class SqlRuns:
    """Rows of work; each move is one compare-and-set with its audit entry."""

    def __init__(self, connection: Connection, cases: SqlCases, audit: SqlAudit) -> None:
        self._connection = connection
        self._cases = cases
        self._audit = audit

    def plan(self, case_id: CaseId, *, emergency: bool) -> tuple[Run, ...]:
        """Store one run a stage; return those that are ready, marked as published."""
        planned = [
            Run(run_id(case_id, stage), stage, case_id, 0, queue_of(stage, emergency=emergency))
            for stage in Stage
        ]
        self.add(planned, case_id)
        return tuple(run for run in planned if not INPUTS[Stage(run.task)])

    def add(self, planned: Sequence[Run], case_id: CaseId | None) -> None:
        """Store runs; those that wait for nothing are ready and marked as published."""
        sql.ADD.many(
            self._connection,
            [
                {
                    "id": run.id,
                    "case_id": case_id,
                    "subject": run.subject,
                    "task": run.task,
                    "queue": run.queue,
                    "state": RunState.WAITING if waits else RunState.READY,
                    "attempt": 0,
                    "publishes": 0 if waits else 1,
                    "waits": waits,
                }
                for run in planned
                for waits in [run.task in sql.JOIN]
            ],
        )

    def claim(self, run_id: RunId, attempt: int, lease_s: float) -> ClaimedRun | None:
        """Own a ready run whose attempt count is `attempt`; None when there is no such run."""
        run = self._claim(run_id, attempt, lease_s)
        if run is None:
            return None
        case_id = CaseId(run.subject)
        if not INPUTS[Stage(run.task)]:
            self._cases.start(case_id)
        stored = self._cases.get(case_id)
        if stored is None:  # a foreign key forbids it
            raise LeaseLostError("case {case} is gone", case=case_id)
        return ClaimedRun(run, stored, self._inputs(run))

    def claim_next(
        self, run: Run, case: StoredCase, known: Mapping[Stage, bytes], lease_s: float
    ) -> ClaimedRun | None:
        """Own a run of this case that this transaction has just made ready."""
        claimed = self._claim(run.id, run.attempt, lease_s)
        if claimed is None:
            return None
        complete = set(INPUTS[Stage(run.task)]) <= known.keys()
        return ClaimedRun(claimed, case, dict(known) if complete else self._inputs(claimed))

    def claim_apart(self, run_id: RunId, attempt: int, lease_s: float) -> Run | None:
        """Own a ready run that is no stage, such as a notification; None: there is no such run."""
        return self._claim(run_id, attempt, lease_s)

    def postpone(self, run_id: RunId, attempt: int, delay_s: float) -> None:
        """Let a ready run wait, without an attempt."""
        sql.POSTPONE.count(self._connection, id_=run_id, attempt_=attempt, delay_s=delay_s)

    def renew(self, run: Run, lease_s: float) -> bool:
        """Prolong the lease; False when this attempt is no longer the current one."""
        renewed = sql.RENEW.count(
            self._connection, id_=run.id, attempt_=run.attempt, lease_s=lease_s
        )
        return renewed == 1

    def finish(
        self,
        run: Run,
        sealed_result: bytes | None,
        *,
        basis: Mapping[str, object] | None = None,
    ) -> None:
        """End the run with its result; `basis` goes into its entry; see `ports.Runs`."""
        self._end(run, RunEvent.FINISH, sql.FINISH, basis, result_=sealed_result)

    def exhaust(self, run: Run, error_code: str) -> None:
        """End the run without a result. Raises LeaseLostError likewise."""
        self._end(run, RunEvent.EXHAUST, sql.EXHAUST, code=error_code)

    def retry(self, run: Run, error_code: str, delay_s: float, *, outage: bool = False) -> None:
        """Give the run back for another attempt. Raises LeaseLostError likewise."""
        counts = int(outage)
        self._end(run, RunEvent.RETRY, sql.RETRY, code=error_code, delay_s=delay_s, outage=counts)

    def lose(self, run: Run, error_code: str) -> None:
        """Take the run back from a process that is gone. Raises LeaseLostError likewise."""
        self._end(run, RunEvent.LOSE, sql.LOSE, code=error_code)

    def ready_successors(self, case_id: CaseId, stage: Stage) -> tuple[Run, ...]:
        """Make ready, and mark as published, what waited for `stage` and has all its inputs."""
        later = successors(stage)
        if any(len(INPUTS[next_stage]) > 1 for next_stage in later):
            # Two inputs that end at the same moment must see each other: one waits here.
            self._cases.lock(case_id)
        ready = [
            to_run(row)
            for next_stage in later
            for row in sql.JOIN[next_stage].rows(self._connection, case_id_=case_id)
        ]
        for run in ready:
            self._note(RunEvent.INPUTS_ENDED, run)
        return tuple(ready)

    def reopen(self, case_id: CaseId, stage: Stage, by: str) -> Run:
        """Begin an ended run anew; return it, marked as published. Its result is kept."""
        return begin_anew(
            self._connection, self._audit, case_id, stage, event=RunEvent.REOPEN, by=by
        )

    def wait_again(self, case_id: CaseId, stage: Stage, by: str) -> None:
        """Let an ended run wait for inputs that begin anew. Its result is kept."""
        begin_anew(self._connection, self._audit, case_id, stage, event=RunEvent.WAIT_AGAIN, by=by)

    def failed(self, limit: int, *, run_id: RunId | None = None) -> Sequence[FailedRun]:
        """Return runs that were given up, the newest first, or the one that is asked for."""
        return failed_runs(self._connection, limit, run_id=run_id)

    def results_before(self, run_id: RunId) -> dict[int, bytes]:
        """Return the encrypted results that a run gave before it began anew, by attempt."""
        return results_before(self._connection, run_id)

    def of_case(self, case_id: CaseId) -> Sequence[RunStatus]:
        """Return the runs of a case in the order of its stages."""
        found = {row[1]: row for row in sql.OF_CASE.rows(self._connection, case_id_=case_id)}
        return [to_run_status(found[stage]) for stage in Stage if stage in found]

    def case_of(self, run_id: RunId) -> CaseId | None:
        """Return the case that a run belongs to; None when there is no such run, or no case."""
        found = self._connection.execute(select(runs.c.case_id).where(runs.c.id == run_id)).scalar()
        return None if found is None else CaseId(found)

    def results(self, case_id: CaseId) -> dict[Stage, bytes]:
        """Return the encrypted results of the stages that have one."""
        rows = sql.RESULTS.rows(self._connection, case_id_=case_id)
        return {Stage(task): result for task, result in rows}

    def overdue(self) -> bool:
        """Tell whether some ready run waits for a message or some lease ran out (a cheap look)."""
        ((overdue,),) = sql.OVERDUE.rows(self._connection)
        return bool(overdue)

    def take_unpublished(self, idle_queues: Collection[str], limit: int) -> tuple[Run, ...]:
        """Win ready runs that need a message, emergencies first; mark them as published."""
        parameters = {"idle": sorted(idle_queues), "limit_": limit}
        return to_runs(self._connection.execute(sql.TAKE_UNPUBLISHED, parameters).all())

    def unpublish(self, runs_: Sequence[Run]) -> None:
        """Note that these messages did not reach the broker."""
        self._connection.execute(sql.UNPUBLISH, {"ids": [run.id for run in runs_]})

    def lapsed(self, limit: int) -> tuple[Run, ...]:
        """Return runs whose lease ran out, the oldest first (a look: others may see them)."""
        return to_runs(sql.LAPSED.rows(self._connection, limit_=limit))

    def win_lapsed(self, run: Run) -> bool:
        """Hold such a run until the transaction ends; False when another process has it."""
        won = sql.WIN_LAPSED.row(self._connection, id_=run.id, attempt_=run.attempt)
        return won is not None

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many runs there are by (task, state)."""
        query = select(runs.c.task, runs.c.state, func.count()).group_by(runs.c.task, runs.c.state)
        return {(task, state): count for task, state, count in self._connection.execute(query)}

    def oldest_ready_s(self, queue: str | None = None) -> float:
        """Return how long the oldest ready run (of a queue) has been due, in s; 0: none is."""
        query = select(now() - func.min(runs.c.not_before)).where(runs.c.state == RunState.READY)
        mine = runs.c.queue != Queue.NARRATIVE if queue is None else runs.c.queue == queue
        query = query.where(mine)
        return max(0.0, self._connection.execute(query).scalar() or 0.0)

    def _claim(self, run_id: RunId, attempt: int, lease_s: float) -> Run | None:
        row = sql.CLAIM.row(self._connection, id_=run_id, attempt_=attempt, lease_s=lease_s)
        if row is None:
            return None
        run = to_run(row)
        self._note(RunEvent.CLAIM, run)
        return run

    def _inputs(self, run: Run) -> dict[Stage, bytes]:
        stage = Stage(run.task)
        if not INPUTS[stage]:
            return {}
        rows = sql.INPUT_RESULTS[stage].rows(self._connection, case_id_=run.subject)
        return {Stage(task): result for task, result in rows}

    def _end(
        self,
        run: Run,
        event: RunEvent,
        statement: Prepared,
        basis: Mapping[str, object] | None = None,
        **values: object,
    ) -> None:
        if statement.count(self._connection, id_=run.id, attempt_=run.attempt, **values) != 1:
            raise LeaseLostError(
                "attempt {attempt} of run {run} is not the current one",
                attempt=run.attempt,
                run=run.id,
            )
        self._note(event, run, values.get("code"), basis)

    def _note(
        self,
        event: RunEvent,
        run: Run,
        code: object = None,
        basis: Mapping[str, object] | None = None,
    ) -> None:
        detail: dict[str, Any] = {"task": run.task, **(basis or {})}
        if code is not None:
            detail["code"] = code
        self._audit.write(
            [AuditEntry(RUN_AUDIT[event], run.subject, "system", run.id, run.attempt, detail)]
        )
