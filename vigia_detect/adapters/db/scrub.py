"""Overwriting what was deleted: a transaction's end leaves old bytes in the database's files."""

import time

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

TRIES = 40
PAUSE_S = 0.25
LOCK_TIMEOUT_MS = 5_000
MOST = 1 << 28
"""Bytes of the table of cases that are written anew: nobody can submit a case meanwhile. In a
larger one the old name stays until its space is used again; see record 44."""
_CASES_SIZE = "select pg_total_relation_size('cases')"


def scrub(engine: Engine) -> bool:
    """Overwrite what was deleted from the patients' rows in the database's own files.

    Returns:
        False when it could not be done now: somebody reads all the time, or this user may not.
    """
    return _truncate_wal(engine) if engine.dialect.name == "sqlite" else _rewrite(engine)


def _truncate_wal(engine: Engine) -> bool:
    """Bring the write-ahead log into the database and empty it.

    The database itself was overwritten by `secure_delete`.
    """
    connection = engine.raw_connection()
    try:
        for _ in range(TRIES):
            ((busy, _, _),) = connection.cursor().execute("pragma wal_checkpoint(truncate)")
            if not busy:
                return True
            time.sleep(PAUSE_S)
    finally:
        connection.close()
    return False


def _rewrite(engine: Engine) -> bool:
    """Write anew the tables that named the patient: a deleted row otherwise stays in its page."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.exec_driver_sql(f"set lock_timeout = {LOCK_TIMEOUT_MS}")
            for table in ("patients", "holds"):
                connection.exec_driver_sql(f"vacuum (full) {table}")
            size: int = connection.exec_driver_sql(_CASES_SIZE).scalar_one()
            connection.exec_driver_sql("vacuum (full) cases" if size <= MOST else "vacuum cases")
        except DBAPIError:
            return False
        finally:
            connection.exec_driver_sql("reset lock_timeout")
    return True
