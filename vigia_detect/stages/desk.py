"""Answers questions about cases and alerts, and takes what people do with them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.alert_story import Moment, story
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import ATTACHMENTS, CaseSummary, RunStatus
from vigia_detect.domain.escalation import ESCALATION_TYPES, AlertKind, AlertRequest, Answer
from vigia_detect.domain.ids import AlertId, CaseId, is_case_id, uuid7
from vigia_detect.domain.records import StoredAlert, StoredCase, StoredNotification
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CASE_ENDS, CaseState
from vigia_detect.errors import (
    InvalidOptionError,
    NotFoundError,
    UnknownEscalationTypeError,
    WaitTimeoutError,
)
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.relay import Relay
from vigia_detect.stages.report import (
    SCHEMA_VERSION,
    CaseReport,
    alert_report,
    iso,
    missing_parts,
    narrative_report,
    review_report,
    stage_report,
)
from vigia_detect.stages.review_words import open_words
from vigia_detect.stages.told import addendum_of, open_addendum
from vigia_detect.stages.vault import Vault

POLL_S = 0.02
SLOWEST_POLL_S = 0.25
NAME_LENGTH = 64


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """How a case stands, without patient data."""

    case: CaseSummary
    runs: tuple[RunStatus, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    """An alert that was just opened, or was open already, and whom its first step told."""

    alert_id: AlertId
    kind: AlertKind
    told: tuple[StoredNotification, ...]
    created: bool


class Desk:
    """The front desk: status, reports, escalations, acknowledgements."""

    def __init__(self, *, store: Store, relay: Relay, vault: Vault, escalator: Escalator) -> None:
        self._store = store
        self._relay = relay
        self._vault = vault
        self._escalator = escalator

    def status(self, case_id: str) -> CaseStatus:
        """Return how a case stands. Raises NotFoundError."""
        with self._store.read() as work:
            case = _known(work, case_id)
            return CaseStatus(case.summary, tuple(work.runs.of_case(case.summary.id)))

    def wait(
        self,
        case_id: str,
        timeout_s: float,
        *,
        on_status: Callable[[CaseStatus], None] | None = None,
    ) -> CaseStatus:
        """Wait until a case has ended.

        Args:
            case_id: the case.
            timeout_s: seconds to wait at most.
            on_status: told of every look, to show progress.

        Raises:
            WaitTimeoutError: it goes on, but not within the time.
            NotFoundError: there is no such case.
        """
        deadline, pause = time.monotonic() + timeout_s, POLL_S
        while True:
            status = self.status(case_id)
            if on_status is not None:
                on_status(status)
            if status.case.state in CASE_ENDS:
                return status
            if time.monotonic() + pause > deadline:
                raise WaitTimeoutError(
                    "Case {case} is still {state} after {seconds:g} s; "
                    "it goes on. Look again with `vigia wait`.",
                    case=case_id,
                    state=status.case.state,
                    seconds=timeout_s,
                )
            time.sleep(pause)
            pause = min(pause * 1.2, SLOWEST_POLL_S)

    def report(self, case_id: str, *, actor: str) -> CaseReport:
        """Return all that is known about a case. Reading it leaves an audit entry.

        Raises:
            NotFoundError: there is no such case.
            CorruptDataError: what is stored does not decrypt.
        """
        with self._store.begin() as work:
            case = _known(work, case_id)
            work.audit.write([AuditEntry(AuditEvent.CASE_READ, case.summary.id, actor)])
            runs = {Stage(run.task): run for run in work.runs.of_case(case.summary.id)}
            addendum = addendum_of(work, case.summary.id, runs.get(Stage.TRIAGE))
            sealed = work.runs.results(case.summary.id)
            alerts = work.alerts.of_case(case.summary.id)
            reviews = work.reviews.of_case(case.summary.id)
            work.commit()
        results = {
            stage: self._vault.open_result(case, stage, data) for stage, data in sealed.items()
        }
        stages = {stage: stage_report(run, results.get(stage)) for stage, run in runs.items()}
        summary, erased = case.summary, case.patient.erased_at is not None
        return CaseReport(
            schema_version=SCHEMA_VERSION,
            case_id=summary.id,
            patient_code=None if erased else self._vault.open_code(case.patient),
            overall_status=summary.state,
            status_code=summary.status_code,
            urgency=summary.urgency,
            review_required=summary.review_required,
            preliminary=summary.confirmed_by is None,
            confirmed_by=summary.confirmed_by,
            confirmed_at=iso(summary.confirmed_at),
            accepted_at=iso(summary.created_at) or "",
            finished_at=iso(summary.finished_at),
            stages=stages,
            assessment=results.get(Stage.MEDICAL_ANALYSIS),
            alerts=tuple(alert_report(alert) for alert in alerts),
            reviews=tuple(
                review_report(one, open_words(self._vault, case, one)) for one in reviews
            ),
            narrative=narrative_report(addendum, open_addendum(self._vault, case, addendum)),
            missing=missing_parts(stages),
            erased_at=iso(case.patient.erased_at),
        )

    def attachment(self, case_id: str, name: str, *, actor: str) -> bytes:
        """Return a file that belongs to a case's result. Reading it leaves an audit entry.

        Args:
            case_id: the case.
            name: of the attachment, such as `overlay`.
            actor: who reads it.

        Raises:
            NotFoundError: there is no such case, or it has no such attachment (yet).
            CorruptDataError: what is stored does not decrypt.
        """
        with self._store.begin() as work:
            case = _known(work, case_id)
            detail = {"attachment": name}
            entry = AuditEntry(AuditEvent.CASE_READ, case.summary.id, actor, detail=detail)
            work.audit.write([entry])
            sealed = work.runs.results(case.summary.id)
            work.commit()
        for stage, data in sealed.items():
            refs = self._vault.open_result(case, stage, data).get(ATTACHMENTS)
            if isinstance(refs, dict) and name in refs:
                return self._vault.open_attachment(case, name, str(refs[name]))
        raise NotFoundError("Case {case} has no attachment {name}.", case=case_id, name=name)

    def cases(self, *, limit: int, state: CaseState | None = None) -> Sequence[CaseSummary]:
        """Return the newest cases first, without patient data."""
        with self._store.read() as work:
            return work.cases.list(limit=limit, state=state)

    def alerts(self, *, limit: int) -> Sequence[StoredAlert]:
        """Return alerts, open emergencies and what nobody has acted on before the others."""
        with self._store.read() as work:
            return work.alerts.list(limit=limit)

    def alert(self, alert_id: str) -> StoredAlert:
        """Return an alert. Raises NotFoundError."""
        with self._store.read() as work:
            return _known_alert(work, alert_id)

    def story(self, alert_id: str) -> tuple[Moment, ...]:
        """Return what has happened to an alert since it opened last. Raises NotFoundError."""
        with self._store.read() as work:
            alert = _known_alert(work, alert_id)
            told = work.notifications.of_alert(alert.id)
            return story(alert, told, work.audit.of_subject(alert.subject))

    def acknowledge(self, alert_id: str, *, by: str, how: str = "cli") -> bool:
        """Note that a person has taken an alert on; see `answer`."""
        return self.answer(alert_id, Answer(AlertEvent.ACKNOWLEDGE, by, how))

    def answer(self, alert_id: str, answer: Answer) -> bool:
        """Take what a person says to an alert.

        Returns:
            False when its state does not allow it: somebody was faster.

        Raises:
            InvalidOptionError: the name is empty, too long or not printable.
            NotFoundError: there is no such alert.
        """
        by = answer.by
        if not (len(by.strip()) > 0 and len(by) <= NAME_LENGTH and by.isprintable()):
            raise InvalidOptionError(
                "by: must be a name of 1 to {most} printable letters", most=NAME_LENGTH
            )
        with self._store.begin() as work:
            known = _known_alert(work, alert_id)
            taken, runs = self._escalator.answer(work, known.id, answer)
            work.commit()
        self._relay.send(runs)
        return taken

    def escalate(self, kind: str, *, case_id: str | None, reasons: tuple[str, ...]) -> Escalation:
        """Open an alert because a person or program asks for it.

        Args:
            kind: one of `ESCALATION_TYPES`.
            case_id: the case it is about, or None for the system itself.
            reasons: codes, no patient data.

        Raises:
            UnknownEscalationTypeError: another kind.
            NotFoundError: there is no such case.
        """
        if kind not in ESCALATION_TYPES:
            raise UnknownEscalationTypeError(
                "escalation_type: unknown; known types: {known}",
                known=", ".join(sorted(ESCALATION_TYPES)),
            )
        asked = AlertKind(kind)
        with self._store.begin() as work:
            case = _known(work, case_id).summary.id if case_id is not None else None
            known, runs = self._escalator.open(
                work, case or str(uuid7()), case, AlertRequest(asked, reasons), asked=True
            )
            told = work.notifications.of_alert(known)
            work.commit()
        self._relay.send(runs)
        last_first = {one.to.name: one for one in told if one.step == 1}
        return Escalation(known, asked, tuple(last_first.values()), created=bool(runs))


def _known(work: UnitOfWork, case_id: str) -> StoredCase:
    case = work.cases.get(CaseId(case_id)) if is_case_id(case_id) else None
    if case is None:
        raise NotFoundError("There is no case {case}.", case=case_id)
    return case


def _known_alert(work: UnitOfWork, alert_id: str) -> StoredAlert:
    found = work.alerts.get(AlertId(alert_id))
    if found is None:
        raise NotFoundError("There is no alert {alert}.", alert=alert_id)
    return found
