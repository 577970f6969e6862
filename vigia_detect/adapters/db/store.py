from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, select

from vigia_detect.adapters.db.ack_tokens import SqlAckTokens
from vigia_detect.adapters.db.addenda import SqlAddenda
from vigia_detect.adapters.db.alerts import SqlAlerts
from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.cases import SqlCases
from vigia_detect.adapters.db.engine import make_engine, now, transaction, typed_errors
from vigia_detect.adapters.db.export import any_text, export_lines
from vigia_detect.adapters.db.gates import SqlGates
from vigia_detect.adapters.db.keys import SqlKeys
from vigia_detect.adapters.db.notifications import SqlNotifications
from vigia_detect.adapters.db.people import SqlPeople
from vigia_detect.adapters.db.prepared import Prepared
from vigia_detect.adapters.db.retention import SqlRetention
from vigia_detect.adapters.db.reviews import SqlReviews
from vigia_detect.adapters.db.runs import SqlRuns
from vigia_detect.adapters.db.scrub import scrub
from vigia_detect.adapters.db.stamps import SqlStamps
from vigia_detect.adapters.db.tables import master_key
from vigia_detect.adapters.db.timers import SqlTimers
from vigia_detect.adapters.db.trail import SqlTrail

_NOW = Prepared(select(now()))
_KNOWN_KEY = Prepared(select(master_key.c.fingerprint))


class SqlUnitOfWork:
    """One transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.audit = SqlAudit(connection)
        self.trail = SqlTrail(connection)
        self.stamps = SqlStamps(connection)
        self.cases = SqlCases(connection, self.audit)
        self.runs = SqlRuns(connection, self.cases, self.audit)
        self.alerts = SqlAlerts(connection)
        self.notifications = SqlNotifications(connection, self.runs, self.audit)
        self.addenda = SqlAddenda(connection, self.runs, self.audit)
        self.timers = SqlTimers(connection)
        self.tokens = SqlAckTokens(connection)
        self.gates = SqlGates(connection)
        self.reviews = SqlReviews(connection, self.audit)
        self.keys = SqlKeys(connection)
        self.retention = SqlRetention(connection)
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

    def __init__(self, url: str, *, app_role: str = "") -> None:
        self._url = url
        self._app_role = app_role
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

    @contextmanager
    def snapshot(self) -> Iterator[SqlUnitOfWork]:
        """Open a unit of work that only looks, at one moment."""
        with transaction(self._relaxed, read_only=True, snapshot=True) as connection:
            yield SqlUnitOfWork(connection)

    @contextmanager
    def export_trail(self, origin: str) -> Iterator[Iterator[bytes]]:
        """Open the whole trail as one moment sees it; see `ports.Store`."""
        opened = transaction(self._relaxed, read_only=True, snapshot=True)
        # What is read in part only holds SQLite's moment, for whoever has the connection next.
        with (
            opened as connection,
            any_text(connection),
            closing(export_lines(connection, origin)) as lines,
        ):
            yield lines

    def check(self) -> str:
        """Return the schema's revision. Raises DatabaseUnavailableError."""
        from vigia_detect.adapters.db import migrate  # noqa: PLC0415 - Alembic is seldom needed

        with typed_errors(self._relaxed):
            return migrate.check(self._relaxed)

    def upgrade(self) -> str:
        """Bring the tables up to this version; return the revision."""
        from vigia_detect.adapters.db import migrate  # noqa: PLC0415 - Alembic is seldom needed

        with typed_errors(self._durable):
            return migrate.upgrade(self._durable, self._app_role)

    def known_key(self) -> str | None:
        """Return the fingerprint of a database that was begun with one master key, or None."""
        with transaction(self._relaxed, read_only=True) as connection:
            row = _KNOWN_KEY.row(connection)
        return None if row is None else str(row[0])

    def scrub(self) -> bool:
        """Overwrite what was deleted in the database's own files; see `ports.Store`."""
        with typed_errors(self._durable):
            return scrub(self._durable)

    def close(self) -> None:
        """Close the connections."""
        self._durable.dispose()
        self._relaxed.dispose()
