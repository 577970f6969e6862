"""Databases that have their tables: migrated once a process, then copied or emptied."""

import tempfile
from functools import cache
from pathlib import Path

import psycopg
import servers

from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.adapters.db.tables import metadata

_EMPTY = "; ".join(
    (
        # Rows that may not be deleted, and their order, are the triggers' business; not here.
        "set session_replication_role = replica",
        *(f"delete from {table.name}" for table in metadata.sorted_tables),  # noqa: S608 - names of ours
        "select setval(seqrelid, seqstart, false) from pg_sequence",
    )
)
_SHAPE = """
select (select array_agg(version_num) from alembic_version),
    (select array_agg((oid, relname, relacl)::text order by oid)
        from pg_class where relnamespace = 'public'::regnamespace),
    (select array_agg((oid, tgname, tgenabled)::text order by oid) from pg_trigger),
    (select array_agg(extname order by extname) from pg_extension)
"""
_LEAVE = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{}'"


def sqlite(file: Path) -> str:
    """Write a new database with its tables into an existing folder; return its URL."""
    file.write_bytes(_migrated())
    return f"sqlite:///{file}"


def migrate(url: str) -> None:
    """Make the tables by the real revisions, as `vigia db upgrade` does."""
    store = SqlStore(url)
    store.upgrade()
    store.close()


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vigia.db"
        migrate(f"sqlite:///{file}")
        return file.read_bytes()


class Pool:
    """PostgreSQL databases that have tables and no rows, lent to one test at a time.

    To copy 300 files costs more than most tests; so what comes back in its old shape is emptied
    and lent again. What a test has altered is thrown away.
    """

    def __init__(self, server: servers.Postgres) -> None:
        self._server = server
        self._template = server.new_database()
        self._free: list[str] = []
        self._shapes: dict[str, object] = {}
        migrate(server.url(self._template))

    def take(self) -> str:
        """Return the name of a database that nobody else has."""
        if self._free:
            return self._free.pop()
        name = self._server.new_database(like=self._template)
        self._shapes[name] = self._shape(name)
        return name

    def give_back(self, name: str) -> None:
        """End whoever is still connected; empty the database for the next test, or remove it."""
        self._server.execute(_LEAVE.format(name))
        if self._shape(name) != self._shapes[name]:
            self._server.drop_database(name)
            return
        with self._connected(name) as connection:
            connection.execute(_EMPTY.encode())
        self._free.append(name)

    def _shape(self, name: str) -> object:
        try:
            with self._connected(name) as connection:
                return connection.execute(_SHAPE).fetchone()
        except psycopg.Error:  # what would tell is gone: altered, that is
            return None

    def _connected(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self._server.url(name, driver=""))
