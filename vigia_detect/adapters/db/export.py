"""Writes the trail as an export: the entries in their order, and the states that imply entries."""

from collections.abc import Iterator
from itertools import chain as joined
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from vigia_detect.adapters.db.entry_bytes import entry_bytes
from vigia_detect.adapters.db.tables import (
    addenda,
    alerts,
    attempts,
    audit,
    cases,
    chain,
    checkpoints,
    runs,
    tallies,
)
from vigia_detect.trail import lines

_Row = Row[*tuple[Any, ...]]


def export_lines(connection: Connection, origin: str) -> Iterator[bytes]:
    """Yield the lines; see `trail.lines`. The connection's transaction sees one moment.

    Entries after the last checkpoint are given as not chained: nobody has signed for them yet.
    """
    return lines.with_end(
        joined([lines.header(origin)], _ordered(connection), _rest(connection), _states(connection))
    )


def _ordered(connection: Connection) -> Iterator[bytes]:
    notes = connection.execute(
        select(checkpoints.c.size, checkpoints.c.note).order_by(checkpoints.c.size)
    )
    places = connection.execute(
        select(chain, audit)
        .outerjoin(audit, audit.c.id == chain.c.entry_id)
        .order_by(chain.c.position)
    )
    next_place = next(places, None)
    for note in notes:
        while next_place is not None and next_place.position < note.size:
            yield _chained(next_place)
            next_place = next(places, None)
        yield lines.checkpoint(note.note)
    places.close()


def _chained(row: _Row) -> bytes:
    if row.id is None:
        return lines.lost(row.position, row.chain, row.leaf)
    return lines.chained(row.position, row.chain, entry_bytes(row))


def _rest(connection: Connection) -> Iterator[bytes]:
    covered = (
        select(checkpoints.c.size).order_by(checkpoints.c.size.desc()).limit(1).scalar_subquery()
    )
    uncovered = or_(chain.c.position.is_(None), chain.c.position >= covered)
    if connection.execute(select(checkpoints.c.size).limit(1)).first() is None:
        uncovered = or_(uncovered, chain.c.position.is_not(None))
    query = (
        select(audit)
        .outerjoin(chain, chain.c.entry_id == audit.c.id)
        .where(uncovered)
        .order_by(audit.c.id)
    )
    for row in connection.execute(query):
        yield lines.pending(entry_bytes(row))


def _states(connection: Connection) -> Iterator[bytes]:
    for name, query in _STATES.items():
        for row in connection.execute(query):
            yield lines.state(name, row._asdict())


_STATES: dict[str, Select[Any]] = {
    "cases": select(cases.c.id, cases.c.state),
    "runs": select(runs.c.id, runs.c.attempt),
    "alerts": select(alerts.c.id),
    "notification_attempts": select(
        attempts.c.notification_id.label("id"), attempts.c.attempt, attempts.c.outcome
    ).where(attempts.c.outcome.is_not(None)),
    "addenda": select(addenda.c.case_id, addenda.c.state),
    "audit_tallies": select(tallies.c.event, tallies.c.subject, tallies.c.count),
}
