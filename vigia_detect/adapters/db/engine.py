"""Connections, the database's clock, and what its errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Float, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from vigia_detect.errors import ConfigurationError, DatabaseUnavailableError, StorageFullError

BUSY_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_S = 5


class now(FunctionElement[float]):  # noqa: N801 - a SQL function, named as one
    """The database's clock: Unix seconds with a fraction, at the moment of the statement."""

    type = Float(53)
    inherit_cache = True


@compiles(now, "sqlite")
def _now_sqlite(element: now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(now, "postgresql")
def _now_postgresql(element: now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001
    return "(extract(epoch from clock_timestamp())::double precision)"


def make_engine(url: str, *, relaxed: bool) -> Engine:
    """Return an engine for a SQLite or PostgreSQL URL.

    Args:
        url: `sqlite:///...` or `postgresql://...`.
        relaxed: commits need not wait for the disk; a later durable commit covers them.

    Raises:
        ConfigurationError: another kind of database.
    """
    if url.startswith("sqlite:"):
        return _sqlite_engine(url, relaxed=relaxed)
    if url.startswith(("postgresql:", "postgresql+psycopg:")):
        return _postgresql_engine(url, relaxed=relaxed)
    raise ConfigurationError("VIGIA_DATABASE_URL must start with sqlite: or postgresql:")


def _sqlite_engine(url: str, *, relaxed: bool) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        connection.execute("pragma journal_mode=wal")
        connection.execute(f"pragma synchronous={'normal' if relaxed else 'full'}")
        connection.execute(f"pragma busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("pragma foreign_keys=on")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later can dead-lock with another of its kind;
        # taking the write lock at once cannot.
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("begin" if read_only else "begin immediate")

    return engine


def _postgresql_engine(url: str, *, relaxed: bool) -> Engine:
    return create_engine(
        url.replace("postgresql:", "postgresql+psycopg:", 1),
        pool_size=2,
        max_overflow=2,
        pool_pre_ping=False,  # a lost connection costs one retried attempt, not a ping each time
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": f"-c synchronous_commit={'off' if relaxed else 'on'}",
        },
    )


def insert_if_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert a row unless a unique key of it is taken; tell whether it was inserted."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    (key,) = table.primary_key.columns
    statement = insert(table).values(row).on_conflict_do_nothing().returning(key)
    return connection.execute(statement).first() is not None


@contextmanager
def typed_errors() -> Iterator[None]:
    """Turn driver errors into those of `vigia_detect.errors`."""
    try:
        yield
    except OperationalError as error:
        text = str(error.orig)
        if "disk is full" in text or "No space left" in text:
            raise StorageFullError("The database has no room left: free disk space.") from error
        raise DatabaseUnavailableError(
            "The database does not answer or is not set up. Check VIGIA_DATABASE_URL, "
            "then run `vigia db upgrade`."
        ) from error
    except DBAPIError as error:
        if error.connection_invalidated or "UndefinedTable" in type(error.orig).__name__:
            raise DatabaseUnavailableError(
                "The database was lost or has no tables. Run `vigia db upgrade`."
            ) from error
        raise
