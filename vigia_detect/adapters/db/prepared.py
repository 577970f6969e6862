from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ClauseElement,
    Connection,
    Engine,
    Table,
    bindparam,
    event,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

_CURSOR = "vigia_prepared"

_AT_ONCE = range(8, 0, -1)
"""How many rows a statement may insert. Few numbers, as drivers keep few statements prepared."""


class Prepared:
    """A statement that SQLAlchemy compiles once and the driver's own cursor then runs.

    SQLAlchemy describes the statement for both databases; what is left out is its work at each
    execution, which was two thirds of a stage's processor time. Only for statements with a fixed
    shape and plain values: times as numbers, ids and codes as text, sealed data as bytes.
    """

    def __init__(self, statement: ClauseElement | Mapping[str, ClauseElement]) -> None:
        self._statement = statement  # one for all, or one for each dialect
        self._compiled: dict[str, tuple[str, dict[str, Any], list[str] | None]] = {}

    def rows(self, connection: Connection, **values: object) -> list[tuple[Any, ...]]:
        """Run it and return its rows."""
        sql, parameters = self._prepare(connection, values)
        cursor = _cursor(connection)
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())

    def row(self, connection: Connection, **values: object) -> tuple[Any, ...] | None:
        """Run it and return its first row, or None."""
        found = self.rows(connection, **values)
        return found[0] if found else None

    def count(self, connection: Connection, **values: object) -> int:
        """Run it and return how many rows it changed."""
        sql, parameters = self._prepare(connection, values)
        cursor = _cursor(connection)
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)

    def many(self, connection: Connection, rows: Sequence[dict[str, object]]) -> None:
        """Run it once a row."""
        prepared = [self._prepare(connection, row) for row in rows]
        cursor = _cursor(connection)
        if len(prepared) == 1:
            cursor.execute(*prepared[0])
        else:
            cursor.executemany(prepared[0][0], [parameters for _, parameters in prepared])

    def _prepare(self, connection: Connection, values: dict[str, Any]) -> tuple[str, Any]:
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            statement = self._statement
            if isinstance(statement, Mapping):
                statement = statement[dialect.name]
            compiled = statement.compile(dialect=dialect)
            order = getattr(compiled, "positiontup", None)
            self._compiled[dialect.name] = (str(compiled), dict(compiled.params), order)
        sql, constants, order = self._compiled[dialect.name]
        parameters = {**constants, **values}
        return sql, parameters if order is None else [parameters[name] for name in order]


class PreparedInsert:
    """An insert of rows, many in one statement: a third of the time of one statement a row.

    Args:
        table: where to insert.
        given: columns whose values come with each row.
        values: columns whose values are the same, or given by SQL, in each row.
    """

    def __init__(self, table: Table, given: Sequence[str], **values: object) -> None:
        def statement(count: int) -> Prepared:
            bound = [{name: _bound(table, name, row) for name in given} for row in range(count)]
            return Prepared(insert(table).values([{**values, **one} for one in bound]))

        self._statements = {count: statement(count) for count in _AT_ONCE}

    def rows(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert rows, in their order."""
        done = 0
        while done < len(rows):
            count = next(count for count in _AT_ONCE if count <= len(rows) - done)
            values = {
                f"{name}_{number}": value
                for number, row in enumerate(rows[done : done + count])
                for name, value in row.items()
            }
            self._statements[count].count(connection, **values)
            done += count


def _cursor(connection: Connection) -> DBAPICursor:
    """Return the one cursor of a connection for prepared statements, whose rows are read at once.

    Making a cursor took as long as half a statement.
    """
    if _CURSOR not in connection.info:
        connection.info[_CURSOR] = connection.connection.cursor()
    found: DBAPICursor = connection.info[_CURSOR]
    return found


def close_cursors(engine: Engine) -> None:
    """Close the cursor of each connection before the connection.

    SQLite keeps the locks of a closed connection, and its unfinished transaction, for as long as
    a statement of it is left.
    """

    @event.listens_for(engine, "close")
    def _close(_connection: object, entry: ConnectionPoolEntry) -> None:
        if _CURSOR in entry.info:
            entry.info.pop(_CURSOR).close()


def _bound(table: Table, name: str, row: int) -> BindParameter[Any]:
    return bindparam(f"{name}_{row}", type_=table.c[name].type)


def insert_if_new(table: Table, given: Sequence[str], **values: object) -> Prepared:
    """Return an insert that yields the new row's key, or no row when a unique key is taken.

    Args:
        table: where to insert.
        given: columns whose values come with each execution.
        values: columns whose values are the same, or given by SQL, each time.
    """
    bound: dict[str, Any] = {name: bindparam(name) for name in given}
    return Prepared(
        {
            dialect.__name__.rpartition(".")[2]: dialect.insert(table)
            .values(**bound, **values)
            .on_conflict_do_nothing()
            .returning(*table.primary_key.columns)
            for dialect in (sqlite, postgresql)
        }
    )
