"""Writes the trail as an export: the entries in their order, and the states that imply entries."""

import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain as joined
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from vigia_detect.adapters.db.entry_bytes import entry_bytes
from vigia_detect.adapters.db.said import STANDING
from vigia_detect.adapters.db.stamps import notes_with_stamps
from vigia_detect.adapters.db.tables import (
    addenda,
    alerts,
    attempts,
    audit,
    cases,
    chain,
    checkpoints,
    notifications,
    runs,
    tallies,
)
from vigia_detect.trail import lines
from vigia_detect.trail.implied import BY_STATE

_Row = Row[*tuple[Any, ...]]

_COUNTED = tallies.c.event.not_in(sorted(BY_STATE - {"decision.made"}))
"""A process from before revision 0014 that still runs counts more; of its decisions nothing else
tells than its tally."""


def export_lines(connection: Connection, origin: str) -> Generator[bytes]:
    """Yield the lines; see `trail.lines`. The connection's transaction sees one moment.

    Entries after the last checkpoint are given as not chained: nobody has signed for them yet.
    """
    return lines.with_end(
        joined([lines.header(origin)], _ordered(connection), _rest(connection), _states(connection))
    )


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Read text that is no UTF-8 too, until the block ends: SQLite lets somebody write such."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = lambda data: data.decode(errors="backslashreplace")
    try:
        yield
    finally:
        driver.text_factory = str


def _ordered(connection: Connection) -> Iterator[bytes]:
    in_order = (
        select(chain, audit)
        .outerjoin(audit, audit.c.id == chain.c.entry_id)
        .order_by(chain.c.position)
    )
    with connection.execute(notes_with_stamps()) as notes, connection.execute(in_order) as places:
        next_place = next(places, None)
        for note in notes:
            while next_place is not None and next_place.position < note.size:
                yield _chained(next_place)
                next_place = next(places, None)
            yield lines.checkpoint(note.note)
            if note.token is not None:
                yield lines.stamp(note.size, note.token)


def _chained(row: _Row) -> bytes:
    if row.id is None:
        return lines.lost(row.position, _hash(row.chain), _hash(row.leaf))
    return lines.chained(row.position, _hash(row.chain), entry_bytes(row))


def _hash(stored: object) -> bytes:
    """Return a hash; for what SQLite lets somebody put in its place nothing, which fits nowhere."""
    return stored if isinstance(stored, bytes) else b""


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
    with connection.execute(query) as loose:
        for row in loose:
            yield lines.pending(entry_bytes(row))


def _states(connection: Connection) -> Iterator[bytes]:
    for name, (query, show) in _STATES.items():
        with connection.execute(query) as rows:
            for row in rows:
                yield lines.state(name, show(row))


def states_of(
    connection: Connection, case_id: str, alert_ids: Sequence[str]
) -> list[tuple[str, dict[str, Any]]]:
    """Return table and row of each state of one case and its alerts that implies entries."""
    subjects = [case_id, *alert_ids]
    told = select(notifications.c.id).where(notifications.c.alert_id.in_(alert_ids))
    about = {
        "cases": cases.c.id == case_id,
        "runs": runs.c.subject.in_(subjects),
        "alerts": alerts.c.id.in_(alert_ids),
        "notification_attempts": attempts.c.notification_id.in_(told),
        "addenda": addenda.c.case_id == case_id,
        "audit_tallies": tallies.c.subject.in_(subjects),
    }
    return [
        (name, show(row))
        for name, (query, show) in _STATES.items()
        if name in about
        for row in connection.execute(query.where(about[name]))
    ]


def _as_it_is(row: _Row) -> dict[str, Any]:
    return row._asdict()


_STATES: dict[str, tuple[Select[Any], Callable[[_Row], dict[str, Any]]]] = {
    **STANDING,
    "notification_attempts": (
        select(
            attempts.c.notification_id.label("id"), attempts.c.attempt, attempts.c.outcome
        ).where(attempts.c.outcome.is_not(None)),
        _as_it_is,
    ),
    "addenda": (select(addenda.c.case_id, addenda.c.state), _as_it_is),
    "audit_tallies": (
        select(tallies.c.event, tallies.c.subject, tallies.c.count).where(_COUNTED),
        _as_it_is,
    ),
}
