"""What is there to show of the narrative of a case's decision."""

from vigia_detect.domain.addendum import Addendum, AddendumState
from vigia_detect.domain.case import JsonObject, RunStatus
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.domain.records import StoredCase
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import RunState
from vigia_detect.ports import UnitOfWork
from vigia_detect.stages.vault import Vault


def addendum_of(
    work: UnitOfWork, case_id: CaseId, triage: RunStatus | None
) -> Addendum | NoNarrativeReason:
    """Return the addendum of the decision that stands, or why there is none.

    Args:
        work: the caller's transaction.
        case_id: the case.
        triage: its run, as this transaction sees it.
    """
    if triage is None or triage.state != RunState.DONE:
        return NoNarrativeReason.NOT_DECIDED
    found = work.addenda.of_decision(case_id, triage.attempt)
    if found is None:
        return NoNarrativeReason.NOT_CONFIGURED
    if found.state == AddendumState.TOLD and found.sealed is None:
        return NoNarrativeReason.ERASED
    return found


def triage_of(runs: tuple[RunStatus, ...]) -> RunStatus | None:
    """Return the run whose attempts number a case's decisions."""
    return next((run for run in runs if run.task == Stage.TRIAGE), None)


def open_addendum(
    vault: Vault, case: StoredCase, found: Addendum | NoNarrativeReason
) -> JsonObject | None:
    """Decrypt what was told; None when nothing was. Raises CorruptDataError."""
    if isinstance(found, NoNarrativeReason) or found.sealed is None:
        return None
    return vault.open_addendum(case, found.id, found.sealed)
