"""A connection has one cursor for prepared statements; what goes wrong in it stays there."""

import sqlite3
from pathlib import Path

import databases
import pytest
from sqlalchemy import bindparam, insert, select, text

from vigia_detect.adapters.db.engine import driver_errors
from vigia_detect.adapters.db.prepared import Prepared
from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.adapters.db.tables import audit, tallies
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.errors import DatabaseUnavailableError

COUNT = Prepared(
    insert(tallies).values({name: bindparam(name) for name in ("event", "subject", "count")})
)
SUBJECTS = Prepared(select(audit.c.subject).order_by(audit.c.id))
ONE = {"event": "case.read", "subject": "c", "count": 1}


def write(store: SqlStore, count: int = 1) -> None:
    with store.begin() as work:
        work.audit.write([AuditEntry(AuditEvent.CASE_READ, "c", "ana")] * count)
        work.commit()


def subjects(store: SqlStore) -> list[str]:
    with store.read() as work:
        return [row[0] for row in SUBJECTS.rows(work._connection)]


def fail(store: SqlStore) -> None:
    """Write, count the same thing for the first time twice, and fail."""
    with store.begin() as work:
        work.audit.write([AuditEntry(AuditEvent.CASE_READ, "lost", "ana")])
        work.audit.flush()
        COUNT.count(work._connection, **ONE)
        COUNT.count(work._connection, **ONE)


def without_waiting(store: SqlStore) -> None:
    if store._durable.dialect.name == "sqlite":
        with store.begin() as work:
            work._connection.execute(text("pragma busy_timeout=0"))


def test_who_fails_leaves_nothing_locked(store: SqlStore) -> None:
    write(store)
    other = SqlStore(store._url)
    without_waiting(other)
    errors = []  # they hold their frames, and what those hold
    for _ in range(3):
        with pytest.raises(driver_errors(store._durable)) as raised:
            fail(store)
        errors.append(raised.value)
        write(other)
        write(store)
    other.close()
    assert subjects(store) == ["c"] * 7


def test_a_row_that_cannot_be_read_holds_no_lock(tmp_path: Path) -> None:
    """PostgreSQL takes no such text."""
    store = SqlStore(databases.sqlite(tmp_path / "vigia.db"))
    write(store, 3)
    file = sqlite3.connect(tmp_path / "vigia.db", timeout=0)
    file.execute(
        "insert into audit (at, event, subject, actor, detail)"
        " values (1, 'case.read', cast(x'ff41' as text), 'ana', '{}')"
    )
    file.commit()
    with pytest.raises(DatabaseUnavailableError) as raised:
        subjects(store)
    assert "UTF-8" in str(raised.value.__cause__)
    write(store)
    ((busy, *_),) = file.execute("pragma wal_checkpoint(truncate)").fetchall()
    file.close()
    store.close()
    assert not busy


def test_statements_within_one_another_read_their_own_rows(store: SqlStore) -> None:
    write(store, 20)
    with store.snapshot() as work:
        outer = iter(work._connection.execute(text("select id from audit order by id")))
        first = next(outer)[0]
        assert len(SUBJECTS.rows(work._connection)) == 20
        assert [first, *(row[0] for row in outer)] == list(range(1, 21))


def test_an_export_that_is_given_up_holds_no_moment(store: SqlStore) -> None:
    write(store, 20)
    with store.export_trail("vigia-audit/test") as lines:
        next(lines)
        next(lines)
    write(store)
    assert len(subjects(store)) == 21
    assert next(lines, None) is None
