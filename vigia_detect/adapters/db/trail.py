from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, exists, func, insert, select, text

from vigia_detect.adapters.db.audit import to_entry
from vigia_detect.adapters.db.bulk import append
from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.entry_bytes import EntryRow, entry_bytes
from vigia_detect.adapters.db.export import any_text, states_of
from vigia_detect.adapters.db.prepared import Prepared, insert_if_new
from vigia_detect.adapters.db.tables import (
    audit,
    audit_keys,
    chain,
    checkpoints,
    nodes,
)
from vigia_detect.domain.audit import ChainedEntry, LooseEntry, PlacedEntry
from vigia_detect.errors import NotFoundError
from vigia_detect.trail.lines import FIRST_LINK
from vigia_detect.trail.merkle import TILE, Node

_ELECTION = text("select pg_try_advisory_xact_lock(825318)")  # a number of this program's own
_has_a_place = exists().where(
    chain.c.entry_id == audit.c.id,
    # Said again for this table, or PostgreSQL reads all of it.
    chain.c.entry_id > bindparam("above"),
)
_LOOSE = Prepared(
    select(*audit.c)
    .where(audit.c.id > bindparam("above"), ~_has_a_place)
    .order_by(audit.c.id)
    .limit(bindparam("limit_"))
)
_HEAD = Prepared(select(chain.c.position, chain.c.chain).order_by(chain.c.position.desc()).limit(1))
_newest = select(func.max(chain.c.entry_id)).scalar_subquery()
_its_time = select(audit.c.at).where(audit.c.id == _newest).scalar_subquery()
_FLOOR = Prepared(
    select(audit.c.id)
    .where(audit.c.at < _its_time - bindparam("overlap_s"), audit.c.id < _newest)
    .order_by(audit.c.id.desc())
    .limit(1)
)
_COLUMNS = ("position", "entry_id", "leaf", "chain")
_LEAVES = Prepared(
    select(chain.c.leaf)
    .where(chain.c.position >= bindparam("first"), chain.c.position < bindparam("end"))
    .order_by(chain.c.position)
)
_NODES = Prepared(
    select(nodes.c.hash)
    .where(
        nodes.c.level == bindparam("level_"),
        nodes.c.number >= bindparam("first"),
        nodes.c.number < bindparam("end"),
    )
    .order_by(nodes.c.number)
)
_LAST_CHECKPOINT = Prepared(
    select(checkpoints.c.size, checkpoints.c.made_at).order_by(checkpoints.c.size.desc()).limit(1)
)
_ADD_KEY = insert_if_new(audit_keys, ("text",), id=1)
_KEY = Prepared(select(audit_keys.c.text).order_by(audit_keys.c.id.desc()).limit(1))
_KEYS = Prepared(select(audit_keys.c.text).order_by(audit_keys.c.id))


class SqlTrail:
    """The order of the entries; see `audit_ports.Trail`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def loose(self, above: int, limit: int) -> Sequence[LooseEntry]:
        """Return committed entries with a greater id than `above` that have no place yet."""
        with any_text(self._connection):
            found = _LOOSE.rows(self._connection, above=above, limit_=limit)
        return [LooseEntry(row[0], entry_bytes(EntryRow._make(row))) for row in found]

    def floor(self, overlap_s: float) -> int:
        """Return an id below which entries have their places; see `audit_ports.Trail`."""
        row = _FLOOR.row(self._connection, overlap_s=overlap_s)
        return 0 if row is None else int(row[0])

    def head(self) -> tuple[int, bytes]:
        """Return how many entries have a place, and the last one's link."""
        row = _HEAD.row(self._connection)
        return (0, FIRST_LINK) if row is None else (row[0] + 1, bytes(row[1]))

    def tile(self, level: int, number: int) -> Sequence[bytes]:
        """Return the hashes of a tile of the tree."""
        bounds = {"first": number * TILE, "end": (number + 1) * TILE}
        if level == 0:
            rows = _LEAVES.rows(self._connection, **bounds)
        else:
            rows = _NODES.rows(self._connection, level_=level, **bounds)
        return [bytes(row[0]) for row in rows]

    def extend(self, size: int, entries: Sequence[ChainedEntry], nodes_: Sequence[Node]) -> bool:
        """Append to the order; False when another process did so since it had `size` entries."""
        if not self._elected() or self.head()[0] != size:
            return False
        rows = [(one.position, one.entry_id, one.leaf, one.chain) for one in entries]
        append(self._connection, chain, _COLUMNS, rows)
        append(self._connection, nodes, Node._fields, nodes_)
        return True

    def written_before(self, at: float) -> float | None:
        """Return when the newest entry before a time was written, or None."""
        query = select(audit.c.at).where(audit.c.at < at).order_by(audit.c.id.desc()).limit(1)
        found = self._connection.execute(query).scalar()
        return None if found is None else float(found)

    def place(self, entry_id: int) -> ChainedEntry | None:
        """Return an entry's place, or None while it has none."""
        row = self._connection.execute(select(chain).where(chain.c.entry_id == entry_id)).first()
        if row is None:
            return None
        return ChainedEntry(row.position, row.entry_id, bytes(row.leaf), bytes(row.chain))

    def data(self, entry_id: int) -> bytes:
        """Return an entry's canonical bytes. Raises NotFoundError."""
        row = self._connection.execute(select(audit).where(audit.c.id == entry_id)).first()
        if row is None:
            raise NotFoundError("There is no entry {entry}.", entry=entry_id)
        return entry_bytes(row)

    def of_subjects(self, subjects: Sequence[str]) -> Sequence[PlacedEntry]:
        """Return the entries about these subjects, oldest first."""
        query = (
            select(audit, chain.c.position)
            .outerjoin(chain, chain.c.entry_id == audit.c.id)
            .where(audit.c.subject.in_(subjects))
            .order_by(audit.c.id)
        )
        found = self._connection.execute(query)
        return [PlacedEntry(row.id, row.at, to_entry(row), row.position) for row in found]

    def bytes_of(self, subjects: Sequence[str]) -> Sequence[tuple[int | None, bytes]]:
        """Return place and bytes of the entries about these subjects; see `audit_ports.Trail`."""
        query = (
            select(audit, chain.c.position)
            .outerjoin(chain, chain.c.entry_id == audit.c.id)
            .where(audit.c.subject.in_(subjects))
            .order_by(chain.c.position.is_(None), chain.c.position, audit.c.id)
        )
        return [(row.position, entry_bytes(row)) for row in self._connection.execute(query)]

    def states_of(
        self, case_id: str, alerts: Sequence[str]
    ) -> Sequence[tuple[str, Mapping[str, object]]]:
        """Return the rows of a case that imply entries; see `audit_ports.Trail`."""
        return states_of(self._connection, case_id, alerts)

    def last_checkpoint(self) -> tuple[int, float] | None:
        """Return size and time of the last checkpoint, or None."""
        row = _LAST_CHECKPOINT.row(self._connection)
        return None if row is None else (row[0], row[1])

    def add_checkpoint(self, size: int, note: str, *, after: int, key: str) -> bool:
        """Store a signed checkpoint; False when it comes too late, see `audit_ports.Trail`."""
        if not self._elected() or (self.last_checkpoint() or (0, 0.0))[0] != after:
            return False
        if self.public_key() not in {None, key}:
            return False
        self._connection.execute(insert(checkpoints).values(size=size, made_at=now(), note=note))
        return True

    def notes(self, above: int, limit: int) -> Sequence[tuple[int, str]]:
        """Return (size, note) of the checkpoints over more than `above` entries, in order."""
        query = select(checkpoints.c.size, checkpoints.c.note).where(checkpoints.c.size > above)
        found = self._connection.execute(query.order_by(checkpoints.c.size).limit(limit))
        return [(row.size, row.note) for row in found]

    def public_key(self) -> str | None:
        """Return the public key that checkpoints are signed for, or None."""
        row = _KEY.row(self._connection)
        return None if row is None else str(row[0])

    def public_keys(self) -> Sequence[str]:
        """Return all public keys of this trail, the first one first."""
        return [str(row[0]) for row in _KEYS.rows(self._connection)]

    def change_public_key(self, text_: str) -> bool:
        """Let another key sign from now on; False when another process is at the trail."""
        if not self._elected():
            return False
        known = self.public_keys()
        if text_ not in known:
            self._connection.execute(insert(audit_keys).values(id=len(known) + 1, text=text_))
        return True

    def remember_public_key(self, text_: str) -> str:
        """Note the public key of a new trail; return the one that is noted."""
        _ADD_KEY.row(self._connection, text=text_)
        return self.public_key() or text_

    def _elected(self) -> bool:
        """Tell whether this process alone extends the order until its transaction ends."""
        if self._connection.dialect.name == "sqlite":
            return True  # whoever writes is alone
        return bool(self._connection.execute(_ELECTION).scalar())
