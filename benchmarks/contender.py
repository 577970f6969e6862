"""What every contender must do, and how its work is counted and checked."""

import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from servers import Postgres, Valkey

STAGES = ("image_analysis", "risk_score", "medical_analysis", "triage", "audit_log")
CASE_TIMEOUT_S = 120.0
# Looks at the database are work too: rare while many cases are open, close near the end.
POLL_S = 0.005
POLL_S_PER_OPEN_CASE = 0.002
CREATE = "CREATE TABLE step_row (case_id text, step text)"
INSERT = "INSERT INTO step_row (case_id, step) VALUES (%s, %s)"
INSERT_SQLITE = INSERT.replace("%s", "?")
FINISHED = "SELECT count(*) FROM step_row WHERE step = 'audit_log'"


@dataclass(frozen=True, slots=True)
class Servers:
    """What all contenders share.

    Attributes:
        folder: a temporary folder for SQLite files and logs, on the disk that is measured.
        processes: execution processes that each contender may use.
    """

    postgres: Postgres
    valkey: Valkey
    folder: Path
    processes: int


class Contender(Protocol):
    """One way to run the five steps of a case.

    Attributes:
        name: the row in the table.
        durable: whether an accepted case survives the death of any process and of the broker.
        peer: False for Vigia itself.
    """

    name: str
    durable: bool
    peer: bool

    def start(self, servers: Servers) -> None:
        """Make a new, empty database and start the worker processes; return when they are ready."""

    def run(self, cases: int) -> float:
        """Submit `cases` one by one; return the seconds until the last step of the last is done."""

    def check(self) -> None:
        """Raise AssertionError unless every step of every case left exactly one row."""

    def stop(self) -> None:
        """Stop the worker processes and drop the database."""


class StepRows:
    """The rows that steps leave: one a step, in a table without any unique key.

    A step that is applied twice leaves two rows, so that counting them shows it.
    """

    def __init__(self, url: str, *, source: str | None = None, finished: str = FINISHED) -> None:
        """Connect.

        Args:
            url: `postgresql://…`, or `sqlite:///` and a path.
            source: a query that gives (case_id, step), where the contender keeps such rows itself.
            finished: a query that counts finished cases, where it has a cheaper one.
        """
        self._finished_query = finished
        self._connection = _connect(url)
        self._insert = INSERT_SQLITE if url.startswith("sqlite") else INSERT
        if source is not None:
            self._connection.execute(f"CREATE TEMP VIEW step_row AS {source}")

    def create(self) -> None:
        """Create the table."""
        self._connection.execute(CREATE)

    def write(self, case_id: str, step: str) -> None:
        """Commit one row: it is on the disk when this returns."""
        self._connection.execute(self._insert, (case_id, step))

    def wait_for(self, cases: int) -> None:
        """Return when so many cases have their last step's row."""
        deadline = time.monotonic() + CASE_TIMEOUT_S
        while (done := self._finished()) < cases:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{done} of {cases} cases finished in {CASE_TIMEOUT_S:.0f} s")
            time.sleep(min(0.2, POLL_S + POLL_S_PER_OPEN_CASE * (cases - done)))

    def check(self, case_ids: Sequence[str]) -> None:
        """Raise AssertionError unless each case has each step's row exactly once."""
        rows = self._connection.execute("SELECT case_id, step FROM step_row").fetchall()
        expected = sorted((case_id, step) for case_id in case_ids for step in STAGES)
        if sorted((str(case_id), step) for case_id, step in rows) != expected:
            raise AssertionError(f"{len(rows)} rows, not {len(expected)} different ones")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _finished(self) -> int:
        row = self._connection.execute(self._finished_query).fetchone()
        return int(row[0])


class CountedCases(ABC):
    """The part of a contender that is the same for all: the stopwatch and the count."""

    _rows: StepRows

    def __init__(self) -> None:
        self._cases: list[str] = []

    @abstractmethod
    def submit(self) -> str:
        """Hand in one case, as durably as the contender can; return its id."""

    def run(self, cases: int) -> float:
        """Submit `cases` one by one; return the seconds until the last step of the last is done."""
        start = time.perf_counter()
        self._cases += [self.submit() for _ in range(cases)]
        self._rows.wait_for(len(self._cases))
        return time.perf_counter() - start

    def check(self) -> None:
        """Raise AssertionError unless every step of every case left exactly one row."""
        self._rows.check(self._cases)


def _connect(url: str) -> Any:
    if not url.startswith("sqlite"):
        return psycopg.connect(url, autocommit=True)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
    # What Vigia itself uses: a commit is on the disk before it is acknowledged.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
