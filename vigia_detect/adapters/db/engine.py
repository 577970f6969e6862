"""Connections, the database's clock, and what its errors mean."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    create_engine,
    event,
    or_,
)
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from vigia_detect.adapters.db.prepared import close_cursors
from vigia_detect.errors import (
    ConfigurationError,
    DatabaseUnavailableError,
    StorageFullError,
    UnavailableError,
)

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
        ConfigurationError: another kind of database, or no URL at all.
    """
    try:
        engine = _engine(url, relaxed=relaxed)
    except (ArgumentError, ValueError):  # its text may quote the password
        raise ConfigurationError("VIGIA_DATABASE_URL is not a URL that can be read.") from None
    close_cursors(engine)
    return engine


def _engine(url: str, *, relaxed: bool) -> Engine:
    if url.startswith("sqlite:"):
        return _sqlite_engine(url, relaxed=relaxed)
    if url.startswith(("postgresql:", "postgresql+psycopg:")):
        return _postgresql_engine(url, relaxed=relaxed)
    raise ConfigurationError("VIGIA_DATABASE_URL must start with sqlite: or postgresql:")


def _sqlite_engine(url: str, *, relaxed: bool) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        connection.execute("pragma journal_mode=wal")
        connection.execute(f"pragma synchronous={'normal' if relaxed else 'full'}")
        connection.execute(f"pragma busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("pragma foreign_keys=on")
        # What is deleted or replaced is overwritten: an erased patient's key must not stay in a
        # free page.
        connection.execute("pragma secure_delete=on")

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
        hide_parameters=True,
        pool_pre_ping=False,  # a lost connection costs one retried attempt, not a ping each time
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            # The join of two stages that end at once counts on READ COMMITTED, whatever the
            # server's own default is.
            "options": f"-c synchronous_commit={'off' if relaxed else 'on'} "
            r"-c default_transaction_isolation=read\ committed",
        },
    )


def among(column: Column[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Return `column IN values` for fixed values, without SQLAlchemy's cost of expanding them."""
    return or_(*[column == value for value in sorted(values)])


@contextmanager
def transaction(
    engine: Engine, *, read_only: bool = False, snapshot: bool = False
) -> Iterator[Connection]:
    """Open a transaction that is rolled back unless it is committed inside the block.

    Args:
        engine: the database.
        read_only: it only looks.
        snapshot: all its statements see the same moment, and rows come as they are read.

    Raises:
        DatabaseUnavailableError: the database is away or has no tables.
        StorageFullError: it has no room left.
    """
    with typed_errors(engine), engine.connect() as connection:
        connection.execution_options(read_only=read_only)
        if snapshot:
            connection.execution_options(yield_per=1000)
        if snapshot and engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        elif read_only and engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT")  # saves two round trips
        try:
            connection.begin()
            yield connection
        except driver_errors(engine):
            # The driver's errors pass SQLAlchemy by, so it cannot tell a broken connection.
            connection.invalidate()
            raise


def driver_errors(engine: Engine) -> type[Exception]:
    """Return the base class of the errors that the engine's driver raises itself."""
    base: type[Exception] = engine.dialect.loaded_dbapi.Error
    return base


@contextmanager
def typed_errors(engine: Engine) -> Iterator[None]:
    """Turn database errors into those of `vigia_detect.errors`."""
    try:
        yield
    except (DBAPIError, driver_errors(engine)) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise _typed(cause, engine) or error from error


def _typed(cause: BaseException | None, engine: Engine) -> UnavailableError | None:
    if "disk is full" in str(cause) or type(cause).__name__ == "DiskFull":
        return StorageFullError("The database has no room left: free disk space.")
    if "is not a database" in str(cause) or "malformed" in str(cause):
        return DatabaseUnavailableError(
            "The database's file is damaged or is something else: restore it from its backup."
        )
    operational = isinstance(cause, engine.dialect.loaded_dbapi.OperationalError)
    if operational or type(cause).__name__ == "UndefinedTable":
        return DatabaseUnavailableError(
            "The database does not answer or is not set up. Check VIGIA_DATABASE_URL, "
            "then run `vigia db upgrade`."
        )
    return None
