from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, case, func, insert, select

from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.prepared import Prepared
from vigia_detect.adapters.db.rows import to_text
from vigia_detect.adapters.db.tables import attempt_ended, audit
from vigia_detect.domain.audit import AuditEntry, AuditEvent

_GIVEN = ("event", "subject", "actor", "run_id", "attempt", "detail")
_INSERT = Prepared(insert(audit).values(at=now(), **{name: bindparam(name) for name in _GIVEN}))


class SqlAudit:
    """Append-only entries. The chain over them comes with the trust issue."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pending: list[AuditEntry] = []

    def write(self, entries: Sequence[AuditEntry]) -> None:
        """Append entries in this transaction, in the order given (they are sent at its commit)."""
        self._pending += entries

    def flush(self) -> None:
        """Send what was written."""
        if self._pending:
            _INSERT.many(self._connection, [_row(entry) for entry in self._pending])
            self._pending.clear()

    def of_subject(self, subject: str) -> Sequence[tuple[float, AuditEntry]]:
        """Return the entries about a case or alert with their time, oldest first."""
        query = select(audit).where(audit.c.subject == subject).order_by(audit.c.id)
        return [(row.at, _to_entry(row)) for row in self._connection.execute(query)]

    def of_event(self, event: AuditEvent, since: float) -> Sequence[AuditEntry]:
        """Return the entries of one kind since a time."""
        query = select(audit).where(audit.c.event == event, audit.c.at >= since)
        return [_to_entry(row) for row in self._connection.execute(query)]

    def ends_since(self, since: float) -> tuple[int, int]:
        """Return how many attempts failed since a time, and how many ended in all."""
        done = case((audit.c.event == AuditEvent.RUN_DONE, 1), else_=0)
        query = select(func.count(), func.sum(done)).where(attempt_ended, audit.c.at >= since)
        ended, well = self._connection.execute(query).one()
        return ended - (well or 0), ended


def _to_entry(row: Row[*tuple[Any, ...]]) -> AuditEntry:
    return AuditEntry(
        event=AuditEvent(row.event),
        subject=row.subject,
        actor=row.actor,
        run_id=row.run_id,
        attempt=row.attempt,
        detail=orjson.loads(row.detail),
    )


def _row(entry: AuditEntry) -> dict[str, object]:
    return {
        "event": entry.event,
        "subject": entry.subject,
        "actor": entry.actor,
        "run_id": entry.run_id,
        "attempt": entry.attempt,
        "detail": to_text(entry.detail),
    }
