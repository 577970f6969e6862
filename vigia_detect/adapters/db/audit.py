from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.entry_bytes import EntryRow
from vigia_detect.adapters.db.prepared import Prepared, PreparedInsert
from vigia_detect.adapters.db.rows import to_text
from vigia_detect.adapters.db.tables import addenda, audit, tallies
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.trail.implied import BY_STATE, RUN_ENDED

_GIVEN = ("event", "subject", "actor", "run_id", "attempt", "detail", "sealed")
_OF_SUBJECT = Prepared(
    select(*audit.c).where(audit.c.subject == bindparam("subject_")).order_by(audit.c.id)
)
_INSERT = PreparedInsert(audit, _GIVEN, at=now())
_TALLY = Prepared(
    {
        dialect.__name__.rpartition(".")[2]: (
            added := dialect.insert(tallies).values(
                {name: bindparam(name) for name in ("event", "subject", "count")}
            )
        ).on_conflict_do_update(
            index_elements=tallies.primary_key.columns,
            set_={"count": tallies.c.count + added.excluded["count"]},
        )
        for dialect in (sqlite, postgresql)
    }
)


class SqlAudit:
    """Append-only entries. They get their order, and links, after the commit; see record 40."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pending: list[AuditEntry] = []

    def write(self, entries: Sequence[AuditEntry]) -> None:
        """Append entries in this transaction, in the order given (they are sent at its commit)."""
        self._pending += entries

    def flush(self) -> None:
        """Send what was written."""
        if self._pending:
            _INSERT.rows(self._connection, [_row(entry) for entry in self._pending])
            self._count()
            self._pending.clear()

    def of_subject(self, subject: str) -> Sequence[tuple[float, AuditEntry]]:
        """Return the entries about a case or alert with their time, oldest first."""
        rows = map(EntryRow._make, _OF_SUBJECT.rows(self._connection, subject_=subject))
        return [(row.at, to_entry(row)) for row in rows]

    def of_event(self, event: AuditEvent, since: float) -> Sequence[AuditEntry]:
        """Return the entries of one kind since a time."""
        query = select(audit).where(audit.c.event == event, audit.c.at >= since)
        return [to_entry(row) for row in self._connection.execute(query)]

    def _count(self) -> None:
        """Count what leaves no other state, so that an entry that is gone is missed."""
        found = Counter(
            (one.event.value, one.subject) for one in self._pending if one.event not in BY_STATE
        )
        # In one order, so that two transactions cannot wait for each other.
        for (event, subject), count in sorted(found.items()):
            _TALLY.count(self._connection, event=event, subject=subject, count=count)

    def ends_since(self, since: float) -> tuple[int, int]:
        """Return how many attempts failed since a time, and how many ended in all."""
        done = case((audit.c.event == AuditEvent.RUN_DONE, 1), else_=0)
        # A language model that is away must not look like a pipeline that fails.
        narrative = exists().where(addenda.c.id == audit.c.subject)
        query = select(func.count(), func.sum(done)).where(
            audit.c.id > _last_before(since),
            audit.c.at >= since,
            audit.c.event.in_(sorted(RUN_ENDED)),
            ~narrative,
        )
        ended, well = self._connection.execute(query).one()
        return ended - (well or 0), ended


def _last_before(since: float) -> ColumnElement[int]:
    """Return the id of the last entry before a time: ids and times rise together.

    So no index by time is needed, which each entry would have to be put into.
    """
    found = select(audit.c.id).where(audit.c.at < since).order_by(audit.c.id.desc()).limit(1)
    return func.coalesce(found.scalar_subquery(), 0)


def to_entry(row: Row[*tuple[Any, ...]] | EntryRow) -> AuditEntry:
    """Build an entry from a row of `audit`."""
    return AuditEntry(
        event=AuditEvent(row.event),
        subject=row.subject,
        actor=row.actor,
        run_id=row.run_id,
        attempt=row.attempt,
        detail=orjson.loads(row.detail),
        sealed=None if row.sealed is None else bytes(row.sealed),
    )


def _row(entry: AuditEntry) -> dict[str, object]:
    return {
        "event": entry.event.value,
        "subject": entry.subject,
        "actor": entry.actor,
        "run_id": entry.run_id,
        "attempt": entry.attempt,
        "detail": to_text(entry.detail),
        "sealed": entry.sealed,
    }
