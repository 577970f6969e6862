from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from vigia_detect.adapters.db import case_statements as sql
from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.rows import SUMMARY_COLUMNS, to_summary
from vigia_detect.adapters.db.tables import cases
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import CaseSummary, Verdict
from vigia_detect.domain.decision import ending, settling
from vigia_detect.domain.ids import CaseId, Pseudonym
from vigia_detect.domain.keys import taken_apart
from vigia_detect.domain.records import NewCase, PatientKey, StoredCase
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseEvent, CaseState, RunState, StatusCode
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
            key_version=taken_apart(patient.wrapped_key)[0],
        )
        if added is not None:
            return patient
        stored = self.patient(patient.pseudonym)
        if stored is None:
            raise NotFoundError("The patient was erased while this case was being accepted.")
        return stored

    def hold_patient(self, pseudonym: Pseudonym) -> PatientKey | None:
        """Return the patient's keys, who is not erased until this transaction ends, or None."""
        row = sql.HOLD_PATIENT.row(self._connection, pseudonym_=pseudonym)
        return None if row is None else PatientKey(pseudonym, *row)

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
        sealed, image_ref, *key = row[len(SUMMARY_COLUMNS) :]
        patient = PatientKey(summary.pseudonym, *key)
        return StoredCase(summary, patient, sealed, image_ref)

    def lock(self, case_id: CaseId) -> None:
        """Hold this case's row until the transaction ends, so that its stages join one by one."""
        sql.LOCK.row(self._connection, id_=case_id)

    def start(self, case_id: CaseId) -> None:
        """Note that work on the case has begun, once."""
        if sql.START.count(self._connection, id_=case_id) == 1:
            self._audit.write([AuditEntry(AuditEvent.CASE_STARTED, case_id)])

    def decide(
        self, case_id: CaseId, verdict: Verdict, *, basis: Mapping[str, object] | None = None
    ) -> None:
        """Write triage's verdict; the urgency can only rise, and it is nobody's word yet.

        `basis` goes into its entry.
        """
        review, grave = verdict.review_required, verdict.may_be_grave
        ((decided,),) = sql.DECIDE[verdict.urgency].rows(
            self._connection, id_=case_id, review=review, grave=grave
        )
        detail = {"urgency": decided, "review_required": review, **(basis or {})}
        self._audit.write([AuditEntry(AuditEvent.DECISION_MADE, case_id, detail=detail)])

    def end_if_done(self, case_id: CaseId) -> CaseState | None:
        """End the case when all its runs have ended; return its new state, or None."""
        self.lock(case_id)  # an answer to its alert comes before or after this, not beside it
        rows = sql.ENDING.rows(self._connection, id_=case_id)
        found = _ending(rows)
        if found is None:
            return None
        event, code = found
        ended = sql.END[event].row(self._connection, id_=case_id, code=code)
        if ended is None:
            return None
        detail = {"state": ended[0], "code": code}
        self._audit.write([AuditEntry(AuditEvent.CASE_ENDED, case_id, detail=detail)])
        return CaseState(ended[0])

    def settle(self, case_id: CaseId) -> None:
        """Work out anew where an ended case stands; one that has not ended is left alone."""
        rows = sql.ENDING.rows(self._connection, id_=case_id)
        found = _ending(rows)
        if found is None:
            return
        event, code = found
        state, code_now = CaseState(rows[0][4]), StatusCode(rows[0][5])
        target = settling(state, event)
        if target is None or (target, code) == (state, code_now):
            return
        sql.SETTLE.count(self._connection, id_=case_id, source=state, target=target, code=code)
        detail = {"state": target, "code": code}
        self._audit.write([AuditEntry(AuditEvent.CASE_SETTLED, case_id, detail=detail)])

    def confirm(self, case_id: CaseId, by: str) -> None:
        """Note who has confirmed the result as it is now."""
        sql.CONFIRM.count(self._connection, id_=case_id, by=by)

    def reseal(self, case_id: CaseId, sealed: bytes) -> None:
        """Replace a case's encrypted file."""
        sql.RESEAL.count(self._connection, id_=case_id, file=sealed)

    def reopen(self, case_id: CaseId, *, keep_review: bool) -> bool:
        """Move an ended case back to `processing`; False when it has not ended."""
        return sql.REOPEN.count(self._connection, id_=case_id, keep=keep_review) == 1

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


def _ending(rows: Sequence[Sequence[Any]]) -> tuple[CaseEvent, StatusCode] | None:
    """Return how a case would end now, from the rows of `ENDING`; None when it does not."""
    if not rows:  # an alert of the acceptance comes before the runs
        return None
    _, _, review, confirmed_at, _, _, unfinished = rows[0]
    return ending(
        {Stage(task): RunState(state) for task, state, *_ in rows},
        review_required=None if review is None else bool(review),
        alert_open=unfinished > 0,
        confirmed=confirmed_at is not None,
    )
