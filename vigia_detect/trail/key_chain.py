"""From the first public key to the last: each is announced in the trail and signed for before it.

An announcement is an entry. It counts from the first checkpoint that covers it and that a key which
counts already has signed; nobody without the old key can make one. Once a new key has signed, the
keys before it sign no more.
"""

import json
from collections.abc import Collection

from vigia_detect.trail.note import BadNoteError, Checkpoint, PublicKey, open_checkpoint

ANNOUNCED = "signing_key.announced"
MARK = b'"event":"signing_key.announced"'


class KeyChain:
    """Whose signatures count at this place of the trail.

    Args:
        keys: that count from the start, from a place that the trail's owner cannot change.
    """

    def __init__(self, keys: Collection[PublicKey]) -> None:
        self._ranks: dict[PublicKey, int] = dict.fromkeys(keys, 0)
        self._waiting: list[PublicKey] = []
        self._in_use = 0

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """Return all keys that have counted so far."""
        return tuple(self._ranks)

    @property
    def counting(self) -> tuple[PublicKey, ...]:
        """Return the keys that count at this place."""
        return tuple(key for key, rank in self._ranks.items() if rank >= self._in_use)

    def open(self, note: str) -> Checkpoint:
        """Return a checkpoint that a key which counts here has signed. Raises BadNoteError."""
        found = open_checkpoint(note, self.counting)
        self._in_use = max(rank for key, rank in self._ranks.items() if _signed(note, key))
        return found

    def announce(self, entry: bytes) -> None:
        """Take an entry; a key that it announces waits to be signed for."""
        key = announced_key(entry)
        if key is None or key in self._ranks:
            return
        if key.name in {known.name for known in self._ranks}:
            self._waiting.append(key)

    def covered(self) -> None:
        """Let what was announced count: a good checkpoint covers it."""
        for key in self._waiting:
            self._ranks.setdefault(key, max(self._ranks.values()) + 1)
        self._waiting.clear()


def announced_key(entry: bytes) -> PublicKey | None:
    """Return the key that an entry announces; None when it announces none."""
    try:
        document = json.loads(entry)
        if document["event"] == ANNOUNCED:
            return PublicKey.parse(document["detail"]["public_key"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass  # what announces no key makes none count
    return None


def _signed(note: str, key: PublicKey) -> bool:
    try:
        open_checkpoint(note, [key])
    except BadNoteError:
        return False
    return True
