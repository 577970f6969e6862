"""The seams of encryption and retention. `bootstrap` chooses who answers."""

from collections.abc import Sequence
from typing import Protocol

from vigia_detect.domain.keys import KeyVersion, WrappedKey


class KeyKeeper(Protocol):
    """Holds the versions of the key-encryption key, which never leave it.

    Every method raises KeyUnavailableError when the keeper is away or lacks the version, and
    ConfigurationError when it is set up wrongly.
    """

    def versions(self) -> tuple[int, ...]:
        """Return the versions that are there, in order."""

    def create(self) -> int:
        """Make the next version and return it. Nothing is wrapped by it yet."""

    def wrap(self, version: int, label: str, key: bytes) -> bytes:
        """Encrypt a key, bound to `label`."""

    def unwrap(self, version: int, label: str, wrapped: bytes) -> bytes:
        """Return what `wrap` was given. Raises CorruptDataError when it does not fit."""

    def destroy(self, version: int) -> None:
        """Remove a version for ever; nothing happens when it is not there."""


class Keys(Protocol):
    """Rows of key versions, and of all that they wrap."""

    def versions(self) -> Sequence[KeyVersion]:
        """Return all versions in order, the destroyed ones too."""

    def wrapping(self, *, hold: bool = False) -> int | None:
        """Return the version that wraps new keys; None in a new database.

        Args:
            hold: it stays the one until this transaction ends.
        """

    def begin(self, version: int, check: bytes) -> bool:
        """Let a version wrap new keys, and the one before only read; False when it is known."""

    def system(self) -> dict[str, bytes]:
        """Return the wrapped system keys by name."""

    def add_system(self, name: str, wrapped: bytes) -> None:
        """Store a system key unless there is one."""

    def not_wrapped_by(self, version: int, limit: int) -> Sequence[WrappedKey]:
        """Return some of the keys that other versions wrap."""

    def rewrap(self, old: WrappedKey, wrapped: bytes) -> bool:
        """Put another wrapping of the same key in its place; False when it has changed since."""

    def all_wrapped(self) -> Sequence[WrappedKey]:
        """Return every wrapped key."""

    def note_emptied(self, version: int) -> None:
        """Note when a version that only reads has nothing left to read, once."""

    def end(self, version: int) -> None:
        """Mark a version as destroyed.

        Raises:
            KeyInUseError: it wraps something, did so moments ago, or wraps new keys.
            NotFoundError: there is no such version.
        """
