from collections.abc import Sequence

from sqlalchemy import Connection, Row, Select, func, literal, select, update

from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.prepared import Prepared, insert_if_new
from vigia_detect.adapters.db.tables import key_versions, patients, system_keys
from vigia_detect.domain.keys import KeyOwner, KeyState, KeyVersion, WrappedKey, taken_apart
from vigia_detect.errors import KeyInUseError, NotFoundError

GRACE_S = 5.0
"""A process that read a row just before its key was wrapped anew has used it by then; if not, its
attempt fails and the next one reads the row again."""

_WRAPPING = select(key_versions.c.version).where(key_versions.c.state == KeyState.WRAPPING)
WRAPPING = Prepared(_WRAPPING)
HOLD_WRAPPING = Prepared(_WRAPPING.with_for_update(read=True))
_BEGIN = insert_if_new(
    key_versions, ("version", "wrapped_check"), state=KeyState.WRAPPING, created_at=now()
)
_ADD_SYSTEM = insert_if_new(system_keys, ("name", "wrapped_key", "key_version"))
_TABLES = {KeyOwner.PATIENT: patients, KeyOwner.SYSTEM: system_keys}
_NAMES = {KeyOwner.PATIENT: patients.c.pseudonym, KeyOwner.SYSTEM: system_keys.c.name}


class SqlKeys:
    """Rows of key versions, and of all that they wrap (see `key_ports.Keys`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def versions(self) -> Sequence[KeyVersion]:
        """Return all versions in order, the destroyed ones too."""
        counts = {version: self._count(version) for version in self._known()}
        query = select(key_versions).order_by(key_versions.c.version)
        return [
            KeyVersion(
                version=row.version,
                state=KeyState(row.state),
                check=row.wrapped_check,
                created_at=row.created_at,
                emptied_at=row.emptied_at,
                destroyed_at=row.destroyed_at,
                wrapped=counts[row.version],
            )
            for row in self._connection.execute(query)
        ]

    def wrapping(self, *, hold: bool = False) -> int | None:
        """Return the version that wraps new keys; None in a new database."""
        row = (HOLD_WRAPPING if hold else WRAPPING).row(self._connection)
        return None if row is None else int(row[0])

    def begin(self, version: int, check: bytes) -> bool:
        """Let a version wrap new keys, and the one before only read; False when it is known."""
        # First the others: whoever holds the version that wraps is waited for here.
        self._connection.execute(
            update(key_versions)
            .where(key_versions.c.state == KeyState.WRAPPING, key_versions.c.version != version)
            .values(state=KeyState.READING)
        )
        row = _BEGIN.row(self._connection, version=version, wrapped_check=check)
        return row is not None

    def system(self) -> dict[str, bytes]:
        """Return the wrapped system keys by name."""
        query = select(system_keys.c.name, system_keys.c.wrapped_key)
        return {row.name: row.wrapped_key for row in self._connection.execute(query)}

    def add_system(self, name: str, wrapped: bytes) -> None:
        """Store a system key unless there is one."""
        version, _ = taken_apart(wrapped)
        _ADD_SYSTEM.row(self._connection, name=name, wrapped_key=wrapped, key_version=version)

    def not_wrapped_by(self, version: int, limit: int) -> Sequence[WrappedKey]:
        """Return some of the keys that other versions wrap."""
        found: list[WrappedKey] = []
        for owner, table in _TABLES.items():
            query = _wrapped(owner).where(table.c.key_version != version).limit(limit - len(found))
            found += [_to_key(row) for row in self._connection.execute(query)]
        return found

    def rewrap(self, old: WrappedKey, wrapped: bytes) -> bool:
        """Put another wrapping of the same key in its place; False when it has changed since."""
        table, version = _TABLES[old.owner], taken_apart(wrapped)[0]
        changed = self._connection.execute(
            update(table)
            .where(_NAMES[old.owner] == old.name, table.c.wrapped_key == old.wrapped)
            .values(wrapped_key=wrapped, key_version=version)
        )
        return changed.rowcount == 1

    def all_wrapped(self) -> Sequence[WrappedKey]:
        """Return every wrapped key."""
        rows = [
            row
            for owner, table in _TABLES.items()
            for row in self._connection.execute(
                _wrapped(owner).where(table.c.key_version.is_not(None))
            )
        ]
        return [_to_key(row) for row in rows]

    def note_emptied(self, version: int) -> None:
        """Note when a version that only reads has nothing left to read, once."""
        self._connection.execute(
            update(key_versions)
            .where(key_versions.c.version == version, key_versions.c.emptied_at.is_(None))
            .values(emptied_at=now())
        )

    def end(self, version: int) -> None:
        """Mark a version as destroyed (see `key_ports.Keys`)."""
        row = self._connection.execute(
            select(key_versions.c.state, now() - key_versions.c.emptied_at)
            .where(key_versions.c.version == version)
            .with_for_update()
        ).first()
        if row is None:
            raise NotFoundError("There is no key version {version}.", version=version)
        state, empty_s = row
        if state == KeyState.DESTROYED:
            return
        self._refuse_in_use(version, KeyState(state), empty_s)
        self._connection.execute(
            update(key_versions)
            .where(key_versions.c.version == version)
            .values(state=KeyState.DESTROYED, destroyed_at=now())
        )

    def _refuse_in_use(self, version: int, state: KeyState, empty_s: float | None) -> None:
        if state == KeyState.WRAPPING:
            raise KeyInUseError(
                "Version {version} wraps new keys: run `vigia keys rotate` first.", version=version
            )
        left = self._count(version)
        if left or empty_s is None:
            raise KeyInUseError(
                "Version {version} still wraps {left} keys: run `vigia keys rotate` to its end.",
                version=version,
                left=left,
            )
        if empty_s < GRACE_S:
            raise KeyInUseError(
                "Version {version} was read moments ago: try again in {seconds:g} seconds.",
                version=version,
                seconds=GRACE_S,
            )
        older = [other for other in self._known() if other < version and self._alive(other)]
        if older:
            raise KeyInUseError(
                "Versions are destroyed oldest first: {oldest} is still there.", oldest=older[0]
            )

    def _known(self) -> list[int]:
        return sorted(self._connection.execute(select(key_versions.c.version)).scalars())

    def _alive(self, version: int) -> bool:
        query = select(key_versions.c.state).where(key_versions.c.version == version)
        return bool(self._connection.execute(query).scalar() != KeyState.DESTROYED)

    def _count(self, version: int) -> int:
        return sum(
            self._connection.execute(
                select(func.count()).select_from(table).where(table.c.key_version == version)
            ).scalar_one()
            for table in _TABLES.values()
        )


def _wrapped(owner: KeyOwner) -> Select[str, str, bytes]:
    table = _TABLES[owner]
    return select(literal(owner.value), _NAMES[owner], table.c.wrapped_key)


def _to_key(row: Row[str, str, bytes]) -> WrappedKey:
    owner, name, wrapped = row
    return WrappedKey(KeyOwner(owner), name, wrapped)
