from sqlalchemy import Connection, select, update

from vigia_detect.adapters.db.prepared import insert_if_new
from vigia_detect.adapters.db.tables import gates
from vigia_detect.domain.gate import Gate

_LINES = ("emergency_until", "urgent_until", "routine_until")
_COLUMNS = ("free_at", "failures", "shut_until", *_LINES)
_ADD = insert_if_new(gates, ("name",), **dict.fromkeys(_COLUMNS, 0))


class SqlGates:
    """Rows of gates, shared by all processes: they keep one pace together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, name: str) -> Gate:
        """Return a gate, held until the transaction ends; an open one when it is new."""
        _ADD.rows(self._connection, name=name)
        query = select(*[gates.c[column] for column in _COLUMNS]).where(gates.c.name == name)
        free_at, failures, shut_until, *lines = self._connection.execute(
            query.with_for_update()
        ).one()
        first, second, third = lines
        return Gate(free_at, failures, shut_until, (first, second, third))

    def save(self, name: str, gate: Gate) -> None:
        """Write a gate that this transaction has locked."""
        values = (gate.free_at, gate.failures, gate.shut_until, *gate.lines)
        changed = dict(zip(_COLUMNS, values, strict=True))
        self._connection.execute(update(gates).where(gates.c.name == name).values(**changed))
