"""What is looked for in the trail again and again costs the same however long the trail is."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.domain.audit import AuditEntry, AuditEvent, ChainedEntry
from vigia_detect.ports import UnitOfWork

ENTRIES = 4_000
WITHOUT_A_PLACE = 10
ROWS_READ = text(
    "select coalesce(sum(seq_tup_read + idx_tup_fetch), 0) from pg_stat_xact_user_tables"
    " where relname in ('audit', 'audit_chain')"
)
STEPS_AT_ONCE = 100


def fill(work: UnitOfWork) -> int:
    """Write a trail whose last entries have no place yet; return the last id that has one."""
    entries = [AuditEntry(AuditEvent.RUN_DONE, f"case-{number}") for number in range(ENTRIES)]
    work.audit.write(entries)
    work.audit.flush()
    placed = [one.id for one in work.trail.loose(0, ENTRIES)][:-WITHOUT_A_PLACE]
    work.trail.extend(0, [ChainedEntry(n, id_, b"", b"") for n, id_ in enumerate(placed)], [])
    return placed[-1]


def effort(work: Any, do: Callable[[], object]) -> int:
    """Return how many rows of the trail PostgreSQL reads for `do`, or SQLite's steps."""
    connection = work._connection
    if connection.dialect.name == "postgresql":
        before = connection.execute(ROWS_READ).scalar()
        do()
        return int(connection.execute(ROWS_READ).scalar() - before)
    steps: list[int] = []
    driver = connection.connection.driver_connection
    driver.set_progress_handler(lambda: steps.append(STEPS_AT_ONCE), STEPS_AT_ONCE)
    do()
    driver.set_progress_handler(None, 0)
    return sum(steps)


WAYS: dict[str, Callable[[UnitOfWork, int], object]] = {
    "entries without a place": lambda work, last: work.trail.loose(last - 20, 5),
    "the head": lambda work, _last: work.trail.head(),
    "the failures": lambda work, _last: work.audit.ends_since(work.now() + 1),
    "a case": lambda work, _last: work.audit.of_subject("case-7"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_trail_is_not_read_whole(store: SqlStore, way: str) -> None:
    with store.begin() as work:
        last = fill(work)
        work._connection.execute(text("analyze"))
        work.commit()
    with store.begin() as work:
        assert effort(work, lambda: WAYS[way](work, last)) < ENTRIES
        assert effort(work, lambda: work.audit.of_event(AuditEvent.CASE_READ, 0.0)) >= ENTRIES


def test_what_has_no_place_is_found(store: SqlStore) -> None:
    with store.begin() as work:
        last = fill(work)
        found = [one.id for one in work.trail.loose(last - 20, ENTRIES)]
        assert len(found) == WITHOUT_A_PLACE
        assert min(found) > last
        assert [one.id for one in work.trail.loose(found[3], ENTRIES)] == found[4:]
