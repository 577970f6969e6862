"""Runs that were given up: which they are, what happened, and asking for one again.

A retry is the same work with the same inputs, begun anew from the stage that failed; nothing of it
can be edited on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.ids import AlertId, CaseId, RunId, is_case_id
from vigia_detect.domain.policy import NOTIFICATION, FailureSeverity, TaskPolicy
from vigia_detect.domain.records import FailedRun, StoredAlert
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import NotFoundError, NotPossibleError
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.next_channel import hope
from vigia_detect.stages.notify import DELAY
from vigia_detect.stages.relay import Relay
from vigia_detect.stages.reopening import NAME_LENGTH, REASON_LENGTH, check_word, reopen
from vigia_detect.stages.reopening import reasons_given as _reasons
from vigia_detect.stages.report import iso
from vigia_detect.stages.telling import tell_once_more
from vigia_detect.stages.vault import Vault


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One run that was given up; no patient data.

    Attributes:
        run_id: what `retry` asks for.
        task: the stage, or `notification`.
        case_id: its case; null for a notification of the system itself.
        alert_id: the alert of a notification; null for a stage.
        code: why, never an error's text.
        severity: what it means to the patient.
        attempts: how often it was started in all.
        failed_at: ISO 8601, UTC.
        age_s: seconds since then.
    """

    run_id: RunId
    task: str
    case_id: CaseId | None
    alert_id: AlertId | None
    code: str
    severity: FailureSeverity
    attempts: int
    failed_at: str
    age_s: float


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the trail about a run. `at` is ISO 8601, UTC."""

    at: str
    event: str
    attempt: int | None
    actor: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Retry:
    """A person asked for a stage of this case again.

    Attributes:
        at: ISO 8601, UTC.
        reason: what that person typed, which may name the patient; None for a reader who may not
            read cases.
    """

    at: str
    by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class DeadLetterReport:
    """One dead letter, what happened to it, and why its case was begun anew before."""

    letter: DeadLetter
    happened: tuple[Happening, ...]
    retries: tuple[Retry, ...]


class DeadLetters:
    """Lists, shows and retries what was given up."""

    def __init__(
        self, *, store: Store, relay: Relay, vault: Vault, policies: Mapping[str, TaskPolicy]
    ) -> None:
        self._store = store
        self._relay = relay
        self._vault = vault
        self._policies = policies

    def list(self, *, limit: int) -> tuple[DeadLetter, ...]:
        """Return what was given up and not asked for again, the newest first."""
        with self._store.read() as work:
            return tuple(self._letter(work, one) for one in work.runs.failed(limit))

    def show(self, run_id: str, *, actor: str, may_read: bool) -> DeadLetterReport:
        """Return one with its history. Reading the reasons of a case leaves an audit entry.

        Args:
            run_id: the dead letter's.
            actor: who reads it.
            may_read: whether they may read cases; without it no patient's words are opened.

        Raises:
            NotFoundError: there is no such dead letter.
            CorruptDataError: a reason does not decrypt.
        """
        with self._store.begin() as work:
            found = _known(work, run_id)
            retries = self._retries(work, found, actor, may_read=may_read)
            happened = tuple(
                Happening(iso(at) or "", entry.event, entry.attempt, entry.actor, _code(entry))
                for at, entry in work.audit.of_subject(_subject(work, found.run))
                if entry.run_id == found.run.id
            )
            letter = self._letter(work, found)
            work.commit()
        return DeadLetterReport(letter, happened, retries)

    def retry(self, run_id: str, *, by: str, reason: str) -> DeadLetter:
        """Ask for one again: a stage with all that follows from it, or telling the same person.

        Args:
            run_id: the dead letter's.
            by: who asks.
            reason: what that person typed; kept encrypted only.

        Returns:
            the dead letter as it was.

        Raises:
            NotFoundError: there is no such dead letter.
            NotPossibleError: its case has not ended, or its alert is not open.
            InvalidOptionError: `by` or `reason` is empty, too long or not printable.
        """
        check_word("by", by, NAME_LENGTH)
        check_word("reason", reason, REASON_LENGTH)
        with self._store.begin() as work:
            found = _known(work, run_id)
            letter = self._letter(work, found)
            if found.run.task == NOTIFICATION:
                ready = self._tell_again(work, found.run, by=by, reason=reason)
            else:
                case_id, stage = CaseId(found.run.subject), Stage(found.run.task)
                ready = reopen(work, case_id, stage, by=by, reason=reason, vault=self._vault)
            work.commit()
        self._relay.send(ready)
        return letter

    def _tell_again(self, work: UnitOfWork, run: Run, *, by: str, reason: str) -> tuple[Run, ...]:
        alert = work.alerts.lock(AlertId(run.subject))
        # Looked up again now that the alert is held: somebody may have answered meanwhile.
        one = work.notifications.get(run.id) if work.runs.failed(1, run_id=run.id) else None
        if alert is None or one is None:
            raise NotPossibleError(
                "Alert {alert} needs nobody to be told again.", alert=run.subject
            )
        told = tell_once_more(work, alert, one)
        sealed = self._seal(work, alert, f"repeated:{run.id}", reason)
        detail = {"alert_id": alert.id, "to": one.to.name, "reason": sealed}
        entry = AuditEntry(
            AuditEvent.NOTIFICATION_REPEATED, _subject(work, run), by, run.id, run.attempt, detail
        )
        work.audit.write([entry])
        return told

    def _seal(self, work: UnitOfWork, alert: StoredAlert, role: str, text: str) -> str:
        case = work.cases.get(alert.case_id) if alert.case_id else None
        if case is None:
            return self._vault.seal_own_text(alert.id, role, text)
        return self._vault.seal_text(case, role, text)

    def _retries(
        self, work: UnitOfWork, found: FailedRun, actor: str, *, may_read: bool
    ) -> tuple[Retry, ...]:
        case = work.cases.get(found.case_id) if found.case_id else None
        if case is None:
            return ()
        if may_read:
            work.audit.write([AuditEntry(AuditEvent.CASE_READ, case.summary.id, actor)])
        given = _reasons(work, case, self._vault if may_read else None)
        return tuple(Retry(iso(at) or "", by, reason) for at, by, reason in given)

    def _letter(self, work: UnitOfWork, found: FailedRun) -> DeadLetter:
        run, notification = found.run, found.run.task == NOTIFICATION
        return DeadLetter(
            run_id=run.id,
            task=run.task,
            case_id=found.case_id,
            alert_id=AlertId(run.subject) if notification else None,
            code=found.code,
            severity=_delay_or_worse(work, run) if notification else self._severity(run),
            attempts=run.attempt,
            failed_at=iso(found.failed_at) or "",
            age_s=round(max(0.0, work.now() - found.failed_at), 1),
        )

    def _severity(self, run: Run) -> FailureSeverity:
        return self._policies[run.task].severity


def _delay_or_worse(work: UnitOfWork, run: Run) -> FailureSeverity:
    one = work.notifications.get(run.id)
    turn = work.notifications.of_alert(one.alert_id, turn=one.turn) if one else []
    return DELAY if hope(work, turn) else FailureSeverity.CRITICAL


def _known(work: UnitOfWork, run_id: str) -> FailedRun:
    found = work.runs.failed(1, run_id=RunId(run_id)) if is_case_id(run_id) else ()
    if not found:
        raise NotFoundError("There is no dead letter {run}: see `vigia failed list`.", run=run_id)
    return found[0]


def _subject(work: UnitOfWork, run: Run) -> str:
    """Return what the trail files a run under."""
    alert = work.alerts.get(AlertId(run.subject)) if run.task == NOTIFICATION else None
    return (alert.case_id if alert is not None else None) or run.subject


def _code(entry: AuditEntry) -> str | None:
    code = entry.detail.get("code")
    return None if code is None else str(code)
