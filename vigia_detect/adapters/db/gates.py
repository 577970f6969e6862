from sqlalchemy import Connection, select, update

from vigia_detect.adapters.db.prepared import insert_if_new
from vigia_detect.adapters.db.tables import gates
from vigia_detect.domain.gate import Gate

_ADD = insert_if_new(gates, ("name",), free_at=0.0, failures=0, shut_until=0.0)


class SqlGates:
    """Rows of gates, shared by all processes: they keep one pace together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, name: str) -> Gate:
        """Return a gate, held until the transaction ends; an open one when it is new."""
        _ADD.rows(self._connection, name=name)
        query = select(gates.c.free_at, gates.c.failures, gates.c.shut_until)
        row = self._connection.execute(query.where(gates.c.name == name).with_for_update()).one()
        return Gate(*row)

    def save(self, name: str, gate: Gate) -> None:
        """Write a gate that this transaction has locked."""
        values = {
            "free_at": gate.free_at,
            "failures": gate.failures,
            "shut_until": gate.shut_until,
        }
        self._connection.execute(update(gates).where(gates.c.name == name).values(**values))
