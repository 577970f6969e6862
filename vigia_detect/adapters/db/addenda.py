"""What is added to a case after its decision. The caller has locked the case."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.rows import to_text
from vigia_detect.adapters.db.runs import SqlRuns
from vigia_detect.adapters.db.tables import addenda
from vigia_detect.domain.addendum import Addendum, AddendumState
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import JsonObject, Run
from vigia_detect.domain.ids import CaseId, RunId, run_id
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.domain.policy import NARRATIVE, QUEUES

_AUDIT = {
    AddendumState.TOLD: AuditEvent.NARRATIVE_ADDED,
    AddendumState.ABSENT: AuditEvent.NARRATIVE_ABSENT,
}


class SqlAddenda:
    """Rows of narratives, one a decision; each belongs to a run of its own."""

    def __init__(self, connection: Connection, runs: SqlRuns, audit: SqlAudit) -> None:
        self._connection = connection
        self._runs = runs
        self._audit = audit

    def plan(self, case_id: CaseId, decision: int) -> Run:
        """Store one that is to be written, with its run; see `addenda_ports`."""
        self.withdraw([case_id], NoNarrativeReason.SUPERSEDED)
        known = run_id(case_id, f"{NARRATIVE}:{decision}")
        # Its own subject, as a notification's is its alert: what belongs to the case must end
        # before the case does.
        run = Run(known, NARRATIVE, known, 0, QUEUES[NARRATIVE])
        self._runs.add([run], case_id)
        row = {"id": known, "case_id": case_id, "kind": NARRATIVE, "decision": decision}
        values = {**row, "state": AddendumState.PENDING, "made_by": "{}"}
        self._connection.execute(insert(addenda).values(planned_at=now(), **values))
        return run

    def get(self, known: RunId) -> Addendum | None:
        """Return one by its run, or None."""
        return self._one(known)

    def of_decision(self, case_id: CaseId, decision: int) -> Addendum | None:
        """Return the one about a decision, or None when none was planned."""
        return self._one(run_id(case_id, f"{NARRATIVE}:{decision}"))

    def tell(
        self, run: Run, sealed: bytes, made_by: Mapping[str, str], *, basis: JsonObject
    ) -> bool:
        """Attach what was written; see `addenda_ports`."""
        values = {"sealed": sealed, "made_by": to_text(made_by)}
        detail: JsonObject = {"made_by": dict(made_by), **basis}
        return bool(self._end(addenda.c.id == run.id, AddendumState.TOLD, values, detail, run))

    def give_up(self, run: Run, reason: NoNarrativeReason, *, basis: JsonObject) -> bool:
        """Note that there is none; see `addenda_ports`."""
        detail: JsonObject = {"reason": reason.value, **basis}
        mine = addenda.c.id == run.id
        return bool(self._end(mine, AddendumState.ABSENT, {"reason": reason}, detail, run))

    def withdraw(self, cases: Sequence[CaseId], reason: NoNarrativeReason) -> Sequence[RunId]:
        """End those of these cases that are not written yet; return which."""
        detail: JsonObject = {"reason": reason.value}
        theirs = addenda.c.case_id.in_(cases)
        return self._end(theirs, AddendumState.ABSENT, {"reason": reason}, detail)

    def _one(self, known: RunId) -> Addendum | None:
        row = self._connection.execute(select(addenda).where(addenda.c.id == known)).one_or_none()
        return None if row is None else _to_addendum(row)

    def _end(
        self,
        which: Any,
        state: AddendumState,
        values: Mapping[str, object],
        detail: JsonObject,
        run: Run | None = None,
    ) -> list[RunId]:
        """End those that are pending, each with its entry: the one way out of it."""
        moved = self._connection.execute(
            update(addenda)
            .where(which, addenda.c.state == AddendumState.PENDING)
            .values(state=state, ended_at=now(), **values)
            .returning(addenda.c.id, addenda.c.case_id, addenda.c.decision)
        ).all()
        attempt = None if run is None else run.attempt
        self._audit.write(
            [
                AuditEntry(
                    _AUDIT[state],
                    row.case_id,
                    "system",
                    row.id,
                    attempt,
                    {"decision": row.decision, **detail},
                )
                for row in moved
            ]
        )
        return [RunId(row.id) for row in moved]


def _to_addendum(row: Row[*tuple[Any, ...]]) -> Addendum:
    return Addendum(
        id=RunId(row.id),
        case_id=CaseId(row.case_id),
        decision=row.decision,
        state=AddendumState(row.state),
        reason=None if row.reason is None else NoNarrativeReason(row.reason),
        sealed=None if row.sealed is None else bytes(row.sealed),
        made_by=orjson.loads(row.made_by),
        planned_at=row.planned_at,
        ended_at=row.ended_at,
    )
