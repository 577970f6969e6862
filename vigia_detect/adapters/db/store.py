from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from vigia_detect.adapters.db.ack_tokens import SqlAckTokens
from vigia_detect.adapters.db.alerts import SqlAlerts
from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.cases import SqlCases
from vigia_detect.adapters.db.engine import make_engine, now, transaction, typed_errors
from vigia_detect.adapters.db.gates import SqlGates
from vigia_detect.adapters.db.notifications import SqlNotifications
from vigia_detect.adapters.db.people import SqlPeople
from vigia_detect.adapters.db.prepared import Prepared, insert_if_new
from vigia_detect.adapters.db.runs import SqlRuns
from vigia_detect.adapters.db.tables import master_key
from vigia_detect.adapters.db.timers import SqlTimers

_NOW = Prepared(select(now()))
_KNOWN_KEY = Prepared(select(master_key.c.fingerprint))
_ADD_KEY = insert_if_new(master_key, ("fingerprint",), id=1)


class SqlUnitOfWork:
    """One transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.audit = SqlAudit(connection)
        self.cases = SqlCases(connection, self.audit)
        self.runs = SqlRuns(connection, self.cases, self.audit)
        self.alerts = SqlAlerts(connection)
        self.notifications = SqlNotifications(connection, self.runs, self.audit)
        self.timers = SqlTimers(connection)
        self.tokens = SqlAckTokens(connection)
        self.gates = SqlGates(connection)
        self.people = SqlPeople(connection)

    def now(self) -> float:
        """Return the database's time, in Unix seconds."""
        ((seconds,),) = _NOW.rows(self._connection)
        return float(seconds)

    def commit(self) -> None:
        """Make everything done in this unit of work durable, or raise and change nothing."""
        self.audit.flush()
        self._connection.commit()


class SqlStore:
    """SQLite or PostgreSQL, by the same code.

    Two pools: one whose commits are on the disk when they return, and a relaxed one for claims.
    A claim that a power cut undoes leaves its run ready, to be claimed again; and since the log
    is written in order, no finished run can outlive the loss of its own claim.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._durable = make_engine(url, relaxed=False)
        self._relaxed = make_engine(url, relaxed=True)

    @contextmanager
    def begin(self, *, relaxed: bool = False) -> Iterator[SqlUnitOfWork]:
        """Open a unit of work; see `ports.Store`."""
        with transaction(self._relaxed if relaxed else self._durable) as connection:
            yield SqlUnitOfWork(connection)

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        """Open a unit of work that only looks."""
        with transaction(self._relaxed, read_only=True) as connection:
            yield SqlUnitOfWork(connection)

    def check(self) -> str:
        """Return the schema's revision. Raises DatabaseUnavailableError."""
        from vigia_detect.adapters.db import migrate  # noqa: PLC0415 - Alembic is seldom needed

        with typed_errors(self._relaxed):
            return migrate.check(self._relaxed)

    def upgrade(self) -> str:
        """Bring the tables up to this version; return the revision."""
        from vigia_detect.adapters.db import migrate  # noqa: PLC0415 - Alembic is seldom needed

        with typed_errors(self._durable):
            return migrate.upgrade(self._durable)

    def known_key(self) -> str | None:
        """Return the fingerprint of the master key that this database was begun with."""
        with transaction(self._relaxed, read_only=True) as connection:
            row = _KNOWN_KEY.row(connection)
        return None if row is None else str(row[0])

    def remember_key(self, fingerprint: str) -> str:
        """Note the master key of a new database; return the one that is noted."""
        with transaction(self._durable) as connection:
            _ADD_KEY.row(connection, fingerprint=fingerprint)
            connection.commit()
        return self.known_key() or fingerprint

    def close(self) -> None:
        """Close the connections."""
        self._durable.dispose()
        self._relaxed.dispose()
