from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from vigia_detect.adapters.db import case_statements as sql
from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.rows import SUMMARY_COLUMNS, to_summary
from vigia_detect.adapters.db.tables import cases
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import CaseSummary
from vigia_detect.domain.decision import ending
from vigia_detect.domain.ids import CaseId, Pseudonym
from vigia_detect.domain.records import NewCase, PatientKey, StoredCase
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import NotFoundError


class SqlCases:
    """Rows of cases and patients."""

    def __init__(self, connection: Connection, audit: SqlAudit) -> None:
        self._connection = connection
        self._audit = audit

    def patient(self, pseudonym: Pseudonym) -> PatientKey | None:
        """Return the patient's keys, or None."""
        row = sql.PATIENT.row(self._connection, pseudonym_=pseudonym)
        return None if row is None else PatientKey(pseudonym, *row)

    def add_patient(self, patient: PatientKey) -> PatientKey:
        """Store a patient unless present; return what is stored."""
        added = sql.ADD_PATIENT.row(
            self._connection,
            pseudonym=patient.pseudonym,
            wrapped_key=patient.wrapped_key,
            sealed_code=patient.sealed_code,
        )
        if added is not None:
            return patient
        stored = self.patient(patient.pseudonym)
        if stored is None:
            raise NotFoundError("The patient was erased while this case was being accepted.")
        return stored

    def add(self, case: NewCase) -> tuple[CaseId, bytes, bool]:
        """Store a case unless its idempotency key is known."""
        added = sql.ADD.row(
            self._connection,
            id=case.id,
            pseudonym=case.pseudonym,
            idempotency_key=case.idempotency_key,
            fingerprint=case.fingerprint,
            sealed=case.sealed,
            image_ref=case.image_ref,
            emergency=case.emergency,
            urgency=case.urgency,
        )
        if added is not None:
            return case.id, case.fingerprint, True
        query = select(cases.c.id, cases.c.fingerprint).where(
            cases.c.idempotency_key == case.idempotency_key
        )
        known = self._connection.execute(query).one()
        return CaseId(known.id), known.fingerprint, False

    def get(self, case_id: CaseId) -> StoredCase | None:
        """Return a case, or None."""
        row = sql.GET.row(self._connection, id_=case_id)
        if row is None:
            return None
        summary = to_summary(row)
        sealed, image_ref, wrapped_key, sealed_code = row[len(SUMMARY_COLUMNS) :]
        patient = PatientKey(summary.pseudonym, wrapped_key, sealed_code)
        return StoredCase(summary, patient, sealed, image_ref)

    def lock(self, case_id: CaseId) -> None:
        """Hold this case's row until the transaction ends, so that its stages join one by one."""
        sql.LOCK.row(self._connection, id_=case_id)

    def start(self, case_id: CaseId) -> None:
        """Note that work on the case has begun, once."""
        if sql.START.count(self._connection, id_=case_id) == 1:
            self._audit.write([AuditEntry(AuditEvent.CASE_STARTED, case_id)])

    def decide(
        self,
        case_id: CaseId,
        urgency: Urgency,
        *,
        review_required: bool,
        basis: Mapping[str, object] | None = None,
    ) -> None:
        """Write triage's verdict; the urgency can only rise. `basis` goes into its entry."""
        ((decided,),) = sql.DECIDE[urgency].rows(
            self._connection, id_=case_id, review=review_required
        )
        detail = {"urgency": decided, "review_required": review_required, **(basis or {})}
        self._audit.write([AuditEntry(AuditEvent.DECISION_MADE, case_id, detail=detail)])

    def end_if_done(self, case_id: CaseId) -> CaseState | None:
        """End the case when all its runs have ended; return its new state, or None."""
        rows = sql.ENDING.rows(self._connection, id_=case_id)
        states = {Stage(task): RunState(state) for task, state, _, _ in rows}
        _, _, review, open_alerts = rows[0]
        review_required = None if review is None else bool(review)
        found = ending(states, review_required=review_required, alert_open=open_alerts > 0)
        if found is None:
            return None
        event, code = found
        ended = sql.END[event].row(self._connection, id_=case_id, code=code)
        if ended is None:
            return None
        detail = {"state": ended[0], "code": code}
        self._audit.write([AuditEntry(AuditEvent.CASE_ENDED, case_id, detail=detail)])
        return CaseState(ended[0])

    def list(self, *, limit: int, state: CaseState | None = None) -> Sequence[CaseSummary]:
        """Return the newest cases first."""
        query = select(*SUMMARY_COLUMNS).order_by(cases.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(cases.c.state == state)
        return [to_summary(row) for row in self._connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """Return how many cases there are by state."""
        query = select(cases.c.state, func.count()).group_by(cases.c.state)
        return {row[0]: row[1] for row in self._connection.execute(query)}
