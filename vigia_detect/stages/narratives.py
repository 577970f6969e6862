"""Has a language model's words about a decided case written, and attaches them if still wanted.

No case waits for it. Each narrative is a run of its own, ends once, and is about one decision: when
the case is decided anew meanwhile, what was written about the old decision is thrown away.
"""

from collections.abc import Mapping
from typing import Protocol

from vigia_detect.domain.addendum import AddendumState
from vigia_detect.domain.case import CaseFile, JsonObject, Run, StageResults
from vigia_detect.domain.failure import LOST, Decision
from vigia_detect.domain.ids import CaseId, RunId
from vigia_detect.domain.narrative import Narrative, NoNarrativeReason
from vigia_detect.domain.records import ClaimedRun
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import (
    LanguageModelError,
    LeaseLostError,
    NoNarrativeError,
    StageTimedOutError,
)
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.basis import digest
from vigia_detect.stages.failures import TaskFailureHandler, failure_of, log_task_failure
from vigia_detect.stages.lease import LeaseKeeper
from vigia_detect.stages.vault import Vault

log = get_logger()


class Writer(Protocol):
    """Writes about a case what its findings say."""

    def narrate(self, case: CaseFile, results: StageResults, *, within_s: float) -> Narrative:
        """Return what was written, as far as it can be shown.

        Raises:
            LanguageModelError: the model is away, too slow, refuses, or writes what is no answer.
            NoNarrativeError: nothing is left to show.
        """


class Nobody:
    """The writer where no language model is configured (any more)."""

    def narrate(self, case: CaseFile, results: StageResults, *, within_s: float) -> Narrative:
        """Say that nobody writes. Raises NoNarrativeError."""
        del case, results, within_s
        raise NoNarrativeError(NoNarrativeReason.NOT_CONFIGURED)


class NarrativeRunner:
    """Runs narratives, each until it is told or absent.

    Args:
        deadline_s: seconds that one may take as a whole.
    """

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        writer: Writer,
        failures: TaskFailureHandler,
        leases: LeaseKeeper,
        deadline_s: float,
    ) -> None:
        self._store = store
        self._vault = vault
        self._writer = writer
        self._failures = failures
        self._leases = leases
        self._deadline_s = deadline_s

    def run(
        self, run_id: RunId, attempt: int, *, timeout: type[BaseException] = StageTimedOutError
    ) -> None:
        """Have the narrative written that a message names, or do nothing if it is out of date.

        Args:
            run_id: its run.
            attempt: the attempt count the message was made for.
            timeout: what the caller's time limit raises meanwhile.

        Raises:
            DatabaseUnavailableError: the run stays as it was; a sweeper will offer it again.
        """
        with self._store.begin(relaxed=True) as work:
            claimed = _claim(work, run_id, attempt, self._leases.lease_s)
            work.commit()
        if claimed is None:
            return
        try:
            self._write(claimed, timeout)
        except LeaseLostError:
            log.warning("lease_lost", run_id=run_id)

    def _write(self, claimed: ClaimedRun, timeout: type[BaseException]) -> None:
        try:
            with self._leases.keep(claimed.run):
                narrative = self._narrate(claimed)
        except (Exception, timeout) as error:  # noqa: BLE001 - whatever it was, the case says why
            self._fail(claimed, error, timeout)
        else:
            self._attach(claimed, narrative)

    def _narrate(self, claimed: ClaimedRun) -> Narrative:
        results = {
            stage: self._vault.open_result(claimed.case, stage, sealed)
            for stage, sealed in claimed.inputs.items()
        }
        case = self._vault.open_case(claimed.case)
        return self._writer.narrate(case, results, within_s=self._deadline_s)

    def _attach(self, claimed: ClaimedRun, narrative: Narrative) -> None:
        run = claimed.run
        sealed = self._vault.seal_addendum(claimed.case, run.id, narrative.to_json())
        basis: JsonObject = {"result": digest(sealed), **_inputs(claimed.inputs)}
        with self._store.begin() as work:
            work.cases.lock(claimed.case.summary.id)
            work.runs.finish(run, None)
            told = work.addenda.tell(run, sealed, narrative.made_by, basis=basis)
            work.commit()
        log.info("narrative_told" if told else "narrative_superseded", run_id=run.id)

    def _fail(
        self, claimed: ClaimedRun, error: BaseException, timeout: type[BaseException]
    ) -> None:
        run = claimed.run
        decision = self._failures.decide(run, failure_of(error, timeout))
        log_task_failure(run.task, decision, run=run, error=error)
        with self._store.begin() as work:
            work.cases.lock(claimed.case.summary.id)
            _settle(work, run, decision, reason_of(error, timeout), _inputs(claimed.inputs))
            work.commit()


def take_back(work: UnitOfWork, run: Run, failures: TaskFailureHandler) -> tuple[Run, ...]:
    """Take a narrative back from a process that is gone; its case is locked."""
    decision = failures.decide(run, LOST)
    log_task_failure(run.task, decision, run=run)
    _settle(work, run, decision, NoNarrativeReason.FAILED, {})
    return ()


def lock_case(work: UnitOfWork, run_id: RunId) -> CaseId | None:
    """Hold the case of a run, before the run: so does whoever decides the case anew."""
    case_id = work.runs.case_of(run_id)
    if case_id is not None:
        work.cases.lock(case_id)
    return case_id


def reason_of(error: BaseException, timeout: type[BaseException]) -> NoNarrativeReason:
    """Return what a case says when this has kept its narrative from being written.

    Args:
        error: what was raised.
        timeout: what the task's soft limit raises.
    """
    if isinstance(error, timeout):
        return NoNarrativeReason.SLOW
    if isinstance(error, LanguageModelError | NoNarrativeError):
        return NoNarrativeReason(error.reason)
    return NoNarrativeReason.FAILED


def _claim(work: UnitOfWork, run_id: RunId, attempt: int, lease_s: float) -> ClaimedRun | None:
    """Own a narrative; one that is wanted no more is ended without being written.

    The case is held meanwhile, so all results that are read here belong to the same decision.
    """
    case_id = lock_case(work, run_id)
    run = work.runs.claim_apart(run_id, attempt, lease_s)
    if run is None or case_id is None:
        return None
    case, wanted = work.cases.get(case_id), work.addenda.get(run_id)
    if case is None or wanted is None or wanted.state != AddendumState.PENDING:
        work.runs.finish(run, None)
        return None
    return ClaimedRun(run, case, dict(work.runs.results(case_id)))


def _settle(
    work: UnitOfWork,
    run: Run,
    decision: Decision,
    reason: NoNarrativeReason,
    basis: JsonObject,
) -> None:
    """Give a failed attempt back, or give the narrative up: nobody is told, the case says why."""
    code, wanted = decision.failure.code, work.addenda.get(run.id)
    if wanted is None or wanted.state != AddendumState.PENDING:
        work.runs.finish(run, None)
    elif decision.pause_s is None:
        work.runs.exhaust(run, code)
        work.addenda.give_up(run, reason, basis={"code": code, **basis})
    elif decision.failure == LOST:
        work.runs.lose(run, code)
    else:
        work.runs.retry(run, code, decision.pause_s, outage=decision.outage)


def _inputs(sealed: Mapping[Stage, bytes]) -> JsonObject:
    return {"inputs": {stage.value: digest(data) for stage, data in sorted(sealed.items())}}
