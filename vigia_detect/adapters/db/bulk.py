from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table


def append(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Insert hundreds of plain rows, in the way that each database is fastest at.

    PostgreSQL's COPY takes a fifth of the time of its inserts.

    Args:
        connection: whose transaction they are part of.
        table: where to insert.
        columns: what each row holds, in this order.
        rows: numbers, text and bytes.
    """
    into = f"{table.name} ({', '.join(columns)})"
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        driver.executemany(f"insert into {into} values ({places})", rows)  # noqa: S608 - ours
        return
    with driver.cursor() as cursor, cursor.copy(f"copy {into} from stdin") as copy:
        for row in rows:
            copy.write_row(row)
