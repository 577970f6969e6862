"""Key-encryption keys: which wraps, which only reads, which is gone.

wrapping ──a newer version wraps──> reading ──`vigia keys destroy`──> destroyed
"""

import struct
from dataclasses import dataclass
from enum import StrEnum

_HEAD = struct.Struct(">BI")
_NAMED = 2
FIRST_VERSION = 1
CHECK = "check"
"""The known text that each version wraps, and the name it is bound to."""


class KeyState(StrEnum):
    """What a version is for."""

    WRAPPING = "wrapping"
    READING = "reading"
    DESTROYED = "destroyed"


class KeyOwner(StrEnum):
    """Whose key is wrapped."""

    PATIENT = "patient"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One key-encryption key. `*_at` are Unix seconds.

    Attributes:
        check: a known text, wrapped; it opens only with the right key.
        emptied_at: when the last key that it had wrapped was wrapped anew.
        wrapped: how many keys it wraps now.
    """

    version: int
    state: KeyState
    check: bytes
    created_at: float
    emptied_at: float | None
    destroyed_at: float | None
    wrapped: int


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A wrapped key and whose it is: a patient's pseudonym, or the name of a system key."""

    owner: KeyOwner
    name: str
    wrapped: bytes

    @property
    def label(self) -> str:
        """What the wrapping is bound to."""
        return self.name if self.owner == KeyOwner.PATIENT else f"{self.owner}:{self.name}"


def system_label(name: str) -> str:
    """Return what the wrapping of a system key is bound to. No pseudonym looks like it."""
    return f"{KeyOwner.SYSTEM}:{name}"


def named(version: int, wrapped: bytes) -> bytes:
    """Return a wrapped key with the version that wrapped it before it."""
    return _HEAD.pack(_NAMED, version) + wrapped


def taken_apart(wrapped: bytes) -> tuple[int, bytes]:
    """Return the version and what `named` was given.

    What was wrapped before versions had names was wrapped by the first.
    """
    if len(wrapped) > _HEAD.size and wrapped[0] == _NAMED:
        _, version = _HEAD.unpack_from(wrapped)
        return int(version), wrapped[_HEAD.size :]
    return FIRST_VERSION, wrapped
