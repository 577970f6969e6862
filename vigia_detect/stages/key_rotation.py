"""Changes the key-encryption key while the system runs.

1. A new version is made and put on record as the one that wraps. Whoever accepts a new patient
   asks the record in the same transaction, so from then on nothing new is wrapped by the old one.
2. Each wrapped key is unwrapped and wrapped anew, in small transactions, each by compare-and-set.
   Patients' data stays as it is: only the wrapping of its key changes.
3. The old version stays until somebody destroys it.

What was cut off in the midst is taken up where it stopped: the rows themselves say what is left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.keys import (
    CHECK,
    KeyState,
    KeyVersion,
    WrappedKey,
    named,
    system_label,
    taken_apart,
)
from vigia_detect.errors import (
    ConfigurationError,
    CorruptDataError,
    KeyInUseError,
    KeyUnavailableError,
    NotFoundError,
)
from vigia_detect.key_ports import KeyKeeper
from vigia_detect.ports import Store

BATCH = 50


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did.

    Attributes:
        version: the one that wraps now.
        rewrapped: how many keys it has wrapped anew.
        resumed: whether an earlier rotation was brought to its end instead of a new one begun.
    """

    version: int
    rewrapped: int
    resumed: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check` found.

    Attributes:
        good: how many keys unwrap.
        bad: names of keys that do not, and of versions that are not what they were.
        left_over: versions that are destroyed on record but that the keeper still has.
    """

    good: int
    bad: tuple[str, ...]
    left_over: tuple[int, ...]


class KeyRotation:
    """Lists, rotates, checks and destroys versions of the key-encryption key."""

    def __init__(self, store: Store, keeper: KeyKeeper) -> None:
        self._store = store
        self._keeper = keeper

    def versions(self) -> Sequence[KeyVersion]:
        """Return all versions in order, the destroyed ones too."""
        with self._store.read() as work:
            return work.keys.versions()

    def rotate(self, *, actor: str, on_progress: Callable[[int], None] | None = None) -> Rotated:
        """Wrap every key by a new version, or finish what an earlier rotation began.

        Args:
            actor: who asks.
            on_progress: told how many keys are done, after each batch.

        Raises:
            KeyUnavailableError: the keeper is away; run it again.
            ConfigurationError: the keeper cannot make a version by itself.
            CorruptDataError: a wrapped key is damaged; `check` names it.
        """
        current = self._current()
        with self._store.read() as work:
            resumed = bool(work.keys.not_wrapped_by(current, 1))
        version = current if resumed else self._begin(current, actor)
        done = 0
        while batch := self._next(version):
            done += self._rewrap(batch, version)
            if on_progress is not None:
                on_progress(done)
        self._note_emptied(version, done, actor)
        return Rotated(version, done, resumed)

    def destroy(self, version: int, *, actor: str) -> None:
        """Destroy a version that wraps nothing any more. Asked again, it finishes the first time.

        Raises:
            KeyInUseError: it wraps something, or did so moments ago.
            NotFoundError: there is no such version.
            ConfigurationError: a person must remove it, where the keeper cannot.
        """
        with self._store.begin() as work:
            known = {one.version: one.state for one in work.keys.versions()}
            work.keys.end(version)
            if known.get(version) != KeyState.DESTROYED:
                entry = AuditEntry(AuditEvent.KEY_DESTROYED, f"key-{version}", actor)
                work.audit.write([entry])
            work.commit()
        # Only after the commit: a version that the record still uses must never be gone.
        self._keeper.destroy(version)

    def check(self, *, actor: str) -> Checked:
        """Unwrap every key, and see that each version is what it was."""
        with self._store.read() as work:
            versions, keys = work.keys.versions(), work.keys.all_wrapped()
        there = [one for one in versions if one.state != KeyState.DESTROYED]
        checks = [(f"key-{one.version}", one.check, system_label(CHECK)) for one in there]
        checks += [(f"{key.owner} {key.name}", key.wrapped, key.label) for key in keys]
        bad = tuple(name for name, wrapped, label in checks if not self._opens(wrapped, label))
        gone = {one.version for one in versions} - {one.version for one in there}
        left_over = tuple(version for version in self._keeper.versions() if version in gone)
        detail = {"count": len(checks), "bad": len(bad)}
        with self._store.begin() as work:
            work.audit.write([AuditEntry(AuditEvent.KEYS_CHECKED, "keys", actor, detail=detail)])
            work.commit()
        return Checked(len(checks) - len(bad), bad, left_over)

    def _current(self) -> int:
        with self._store.read() as work:
            version = work.keys.wrapping()
        if version is None:
            raise NotFoundError("There are no keys yet: the first case makes them.")
        return version

    def _begin(self, current: int, actor: str) -> int:
        """Put the next version on record; one that was made but never used comes first."""
        unused = [version for version in self._keeper.versions() if version > current]
        version = unused[-1] if unused else self._keeper.create()
        if version <= current:
            raise ConfigurationError(
                "The keeper's newest version is {version}, but {current} is in use: it was set "
                "back. Restore it from its backup.",
                version=version,
                current=current,
            )
        check = self._keeper.wrap(version, system_label(CHECK), CHECK.encode())
        with self._store.begin() as work:
            if work.keys.begin(version, named(version, check)):
                entry = AuditEntry(AuditEvent.KEY_BEGUN, f"key-{version}", actor)
                work.audit.write([entry])
            work.commit()
        return version

    def _next(self, version: int) -> Sequence[WrappedKey]:
        with self._store.read() as work:
            return work.keys.not_wrapped_by(version, BATCH)

    def _rewrap(self, batch: Sequence[WrappedKey], version: int) -> int:
        """Wrap some keys anew; return how many. The transaction does not wait for the keeper."""
        anew = [(key, self._wrapped_anew(key, version)) for key in batch]
        with self._store.begin() as work:
            if work.keys.wrapping(hold=True) != version:
                raise KeyInUseError("Another rotation has begun meanwhile: let it finish.")
            changed = sum(work.keys.rewrap(key, wrapped) for key, wrapped in anew)
            work.commit()
        return changed

    def _wrapped_anew(self, key: WrappedKey, version: int) -> bytes:
        old, wrapped = taken_apart(key.wrapped)
        plain = self._keeper.unwrap(old, key.label, wrapped)
        return named(version, self._keeper.wrap(version, key.label, plain))

    def _note_emptied(self, version: int, count: int, actor: str) -> None:
        with self._store.begin() as work:
            for one in work.keys.versions():
                done = one.emptied_at is not None or one.wrapped > 0
                if one.state == KeyState.READING and not done:
                    work.keys.note_emptied(one.version)
                    detail = {"count": count, "into": version}
                    subject = f"key-{one.version}"
                    work.audit.write(
                        [AuditEntry(AuditEvent.KEY_EMPTIED, subject, actor, detail=detail)]
                    )
            work.commit()

    def _opens(self, named_key: bytes, label: str) -> bool:
        version, wrapped = taken_apart(named_key)
        try:
            self._keeper.unwrap(version, label, wrapped)
        except (CorruptDataError, KeyUnavailableError):
            return False
        return True
