"""Runs one stage of one case: claim, work, and write everything in one transaction.

A message may come late, twice or never. The claim decides: it succeeds only for the attempt that
the message names, so whatever is delivered, each attempt has one owner, and what that owner writes
is fenced by the same number.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TypeAlias

import structlog

from vigia_detect.domain.case import (
    ATTACHMENTS,
    CaseFile,
    JsonObject,
    Run,
    StageOutput,
    StageResults,
)
from vigia_detect.domain.escalation import AlertRequest
from vigia_detect.domain.failure import Failure
from vigia_detect.domain.ids import CaseId, RunId
from vigia_detect.domain.records import ClaimedRun
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import LeaseLostError, StageTimedOutError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.basis import basis_of, decision_basis
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.failures import TaskFailureHandler, failure_of, log_task_failure
from vigia_detect.stages.joining import move_on
from vigia_detect.stages.lease import LeaseKeeper
from vigia_detect.stages.relay import Relay
from vigia_detect.stages.review_due import wait_for_review
from vigia_detect.stages.vault import Vault

StageBody: TypeAlias = Callable[[CaseFile, StageResults], StageOutput]

CONTINUE_WITHIN_S = 1.0
"""A stage is taken on without a message of its own only while no more than this of the first one's
time limit is used: what is taken on runs under the first one's limits, less at most this second."""

log = get_logger()


class StageRunner:
    """Runs stages with the bodies and parts that `bootstrap` chose.

    Args:
        narrates: whether a language model is to tell of each decision, after it.
    """

    def __init__(
        self,
        *,
        store: Store,
        relay: Relay,
        vault: Vault,
        bodies: Mapping[Stage, StageBody],
        failures: TaskFailureHandler,
        leases: LeaseKeeper,
        queues: Collection[str],
        escalator: Escalator,
        narrates: bool = False,
    ) -> None:
        self._store = store
        self._relay = relay
        self._vault = vault
        self._bodies = bodies
        self._failures = failures
        self._leases = leases
        self._queues = queues
        self._escalator = escalator
        self._narrates = narrates

    def run(
        self, run_id: RunId, attempt: int, *, timeout: type[BaseException] = StageTimedOutError
    ) -> None:
        """Run the stage that a message names, or do nothing if the message is out of date.

        Args:
            run_id: the run.
            attempt: the attempt count the message was made for.
            timeout: what the caller's time limit raises inside the body.

        Raises:
            DatabaseUnavailableError: the run stays as it was; the sweeper will offer it again.
        """
        continue_until = time.monotonic() + CONTINUE_WITHIN_S
        with self._store.begin(relaxed=True) as work:
            claimed = work.runs.claim(run_id, attempt, self._leases.lease_s)
            work.commit()
        if claimed is None:
            log.debug("message_out_of_date", run_id=run_id, attempt=attempt)
        while claimed is not None:
            claimed = self._run_one(claimed, timeout, continue_until)

    def _run_one(
        self, claimed: ClaimedRun, timeout: type[BaseException], continue_until: float
    ) -> ClaimedRun | None:
        run = claimed.run
        with structlog.contextvars.bound_contextvars(
            case_id=run.subject, task=run.task, run_id=run.id, attempt=run.attempt
        ):
            try:
                return self._work(claimed, timeout, continue_until)
            except LeaseLostError:
                log.warning("lease_lost")
                return None

    def _work(
        self, claimed: ClaimedRun, timeout: type[BaseException], continue_until: float
    ) -> ClaimedRun | None:
        try:
            with self._leases.keep(claimed.run):
                output, sealed = self._call_body(claimed)
        except (Exception, timeout) as error:  # noqa: BLE001 - whatever a body raises is kept
            self._fail(claimed.run, failure_of(error, timeout), error)
        else:
            return self._finish(claimed, output, sealed, continue_until)
        return None

    def _call_body(self, claimed: ClaimedRun) -> tuple[StageOutput, bytes]:
        """Return what the body gave, and its result sealed: one that cannot be is its failure."""
        stage = Stage(claimed.run.task)
        inputs = {
            source: self._vault.open_result(claimed.case, source, sealed)
            for source, sealed in claimed.inputs.items()
        }
        output = self._bodies[stage](self._vault.open_case(claimed.case), inputs)
        output = self._with_attachments(claimed, output) if output.attachments else output
        return output, self._vault.seal_result(claimed.case, stage, output.result)

    def _with_attachments(self, claimed: ClaimedRun, output: StageOutput) -> StageOutput:
        """Store the attachments and name them in the result.

        This precedes the transaction that makes the result count, so that a result never names
        what is not there.
        """
        refs: JsonObject = {
            name: self._vault.store_attachment(claimed.case, name, plain)
            for name, plain in output.attachments.items()
        }
        return replace(output, result={**output.result, ATTACHMENTS: refs}, attachments={})

    def _finish(
        self, claimed: ClaimedRun, output: StageOutput, sealed: bytes, continue_until: float
    ) -> ClaimedRun | None:
        run, case = claimed.run, claimed.case
        may_continue = time.monotonic() < continue_until
        basis = basis_of(claimed, output, sealed)
        with self._store.begin() as work:
            work.runs.finish(run, sealed, basis=basis)
            if output.verdict is not None:
                basis = decision_basis(work, case.summary.id, basis)
                work.cases.decide(case.summary.id, output.verdict, basis=basis)
                wait_for_review(work, case.summary.id, output.verdict, run.attempt)
            told = self._open_alerts(work, case.summary.id, output.alerts)
            if output.verdict is not None and self._narrates:
                told += (work.addenda.plan(case.summary.id, run.attempt),)
            ready = move_on(work, case.summary.id, Stage(run.task))
            following = self._take_on(work, claimed, ready, sealed) if may_continue else None
            work.commit()
        self._relay.send(told + tuple(other for other in ready if not _same(other, following)))
        log.info("stage_done")
        return following

    def _take_on(
        self, work: UnitOfWork, claimed: ClaimedRun, ready: tuple[Run, ...], sealed: bytes
    ) -> ClaimedRun | None:
        """Claim what comes next, if this worker serves its queue, as it becomes ready.

        It saves a message, a transaction and the wait in the queue: a case that has begun is
        brought on before another is begun.
        """
        known = {Stage(claimed.run.task): sealed}
        for run in ready:
            if run.queue in self._queues:
                return work.runs.claim_next(run, claimed.case, known, self._leases.lease_s)
        return None

    def _fail(self, run: Run, failure: Failure, error: BaseException) -> None:
        decision = self._failures.decide(run, failure)
        log_task_failure(run.task, decision, run=run, error=error)
        with self._store.begin() as work:
            ready = self._failures.settle(work, run, decision)
            work.commit()
        self._relay.send(ready)

    def _open_alerts(
        self, work: UnitOfWork, case_id: CaseId, alerts: tuple[AlertRequest, ...]
    ) -> tuple[Run, ...]:
        opened: tuple[Run, ...] = ()
        for request in alerts:
            opened += self._escalator.open(work, case_id, case_id, request)[1]
        return opened


def _same(run: Run, claimed: ClaimedRun | None) -> bool:
    return claimed is not None and run.id == claimed.run.id
