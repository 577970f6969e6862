"""Begins a stage of an ended case anew, and all that follows from it, because a person asks."""

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.domain.records import StoredCase
from vigia_detect.domain.stages import Stage, followers
from vigia_detect.errors import InvalidOptionError, NotFoundError, NotPossibleError
from vigia_detect.ports import UnitOfWork
from vigia_detect.stages.vault import Vault

REASON_LENGTH = 500
NAME_LENGTH = 64


def reopen(
    work: UnitOfWork, case_id: CaseId, stage: Stage, *, by: str, reason: str, vault: Vault
) -> tuple[Run, ...]:
    """Make `stage` ready again, let all that follow wait for it, and move the case to `processing`.

    What the stages gave is kept beside what they will give (`Runs.results_before`). Attempt numbers
    go on, as they are the fence; the policy counts tries from here (`Run.tries`). Alerts stay as
    they are, and the case's urgency with them: it can only rise.

    Args:
        work: the caller's transaction; the audit entry is part of it.
        case_id: a case that has ended.
        stage: where to begin.
        by: who asks, 1 to 64 printable letters.
        reason: what that person typed, 1 to 500 letters; it may name the patient, so it is kept
            encrypted under the patient's key only.
        vault: what encrypts it.

    Returns:
        the runs to publish after the commit.

    Raises:
        InvalidOptionError: `by` or `reason` is empty, too long or not printable.
        NotFoundError: there is no such case.
        NotPossibleError: the case has not ended.
    """
    check_word("by", by, NAME_LENGTH)
    check_word("reason", reason, REASON_LENGTH)
    case, later = work.cases.get(case_id), followers(stage)
    if case is None:
        raise NotFoundError("There is no case {case}.", case=case_id)
    if not work.cases.reopen(case_id, keep_review=Stage.TRIAGE not in (stage, *later)):
        raise NotPossibleError(
            "Case {case} has not ended: wait for its end, then ask again.", case=case_id
        )
    run = work.runs.reopen(case_id, stage, by)
    for one in later:
        work.runs.wait_again(case_id, one, by)
    if Stage.TRIAGE in (stage, *later):  # what is being written is about the decision before
        work.addenda.withdraw([case_id], NoNarrativeReason.SUPERSEDED)
    sealed = vault.seal_text(case, reason_role(run), reason)
    detail = {"stage": stage, "attempt": run.attempt, "reason": sealed}
    work.audit.write([AuditEntry(AuditEvent.CASE_REOPENED, case_id, by, detail=detail)])
    return (run,)


def reasons_given(
    work: UnitOfWork, case: StoredCase, vault: Vault | None
) -> list[tuple[float, str, str | None]]:
    """Return when, by whom and why a case was begun anew, oldest first.

    Args:
        work: reads the entries.
        case: the case.
        vault: opens the reasons; with None they stay shut, as an erased patient's do.

    Raises:
        CorruptDataError: a reason does not decrypt.
    """
    entries = work.audit.of_subject(case.summary.id)
    opener = vault if case.patient.erased_at is None else None
    return [
        (at, entry.actor, _reason(entry, case, opener) if opener else None)
        for at, entry in entries
        if entry.event == AuditEvent.CASE_REOPENED
    ]


def reason_role(run: Run) -> str:
    """Return what an encrypted reason is bound to, besides its case."""
    return f"reopened:{run.task}:{run.attempt}"


def check_word(name: str, value: str, longest: int) -> None:
    """Raise InvalidOptionError unless a person typed something printable that is not too long."""
    if not (value.strip() and len(value) <= longest and value.isprintable()):
        raise InvalidOptionError(
            "{name}: must be 1 to {most} printable letters", name=name, most=longest
        )


def _reason(entry: AuditEntry, case: StoredCase, vault: Vault) -> str:
    role = f"reopened:{entry.detail['stage']}:{entry.detail['attempt']}"
    return vault.open_text(case, role, str(entry.detail["reason"]))
