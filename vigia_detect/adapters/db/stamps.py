"""Time stamps of checkpoints, as an authority gave them. Rows are added, never changed."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    LargeBinary,
    Select,
    Table,
    select,
)

from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.prepared import Prepared, insert_if_new
from vigia_detect.adapters.db.tables import checkpoints, metadata

stamps = Table(
    "audit_timestamps",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("made_at", Float(53), nullable=False),
    Column("token", LargeBinary, nullable=False),
)

_LAST = Prepared(select(stamps.c.size).order_by(stamps.c.size.desc()).limit(1))
_ADD = insert_if_new(stamps, ("size", "token"), made_at=now())


class SqlStamps:
    """See `audit_ports.Stamps`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_size(self) -> int:
        """Return the size of the last checkpoint that has a stamp; 0 when none has."""
        row = _LAST.row(self._connection)
        return 0 if row is None else int(row[0])

    def add(self, size: int, token: bytes) -> None:
        """Keep the stamp of a checkpoint, unless it has one."""
        _ADD.row(self._connection, size=size, token=token)


def notes_with_stamps() -> Select[int, str, bytes]:
    """Return the query of all checkpoints in order, each with its stamp if it has one."""
    joined = checkpoints.outerjoin(stamps, stamps.c.size == checkpoints.c.size)
    columns = select(checkpoints.c.size, checkpoints.c.note, stamps.c.token)
    return columns.select_from(joined).order_by(checkpoints.c.size)
