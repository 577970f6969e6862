"""Signed checkpoints in the form of transparency logs, so that other people's tools read them too.

A note is text, an empty line, and signatures (C2SP signed-note, Ed25519); a checkpoint is a note
whose text is origin, size and root (C2SP tlog-checkpoint). Ours has two more lines: when it was
made, and the size of the one before it, so that a checkpoint that is taken away is missed.

    vigia-audit/5f3a…
    1250
    ByY0YzOJH8lD…=
    time 1795345200
    after 1000

    — vigia-audit/5f3a… Az3grl…
"""

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from vigia_detect.trail.told import ToldError

ED25519 = b"\x01"
KEY_BYTES = 32
ID_BYTES = 4
SIGNATURE_BYTES = 64
BODY_LINES = 5


class BadNoteError(ToldError):
    """A note, checkpoint or key does not have the right form, or nobody known has signed it."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Who signs. `text` is one line, such as `vigia-audit/5f3a…+0a1b2c3d+AQ…`."""

    name: str
    raw: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the one line. Raises BadNoteError."""
        name, _, rest = text.strip().partition("+")
        id_, _, encoded = rest.partition("+")
        data = _decoded(encoded)
        key = cls(name, data[1:])
        if data[:1] != ED25519 or len(key.raw) != KEY_BYTES or not name or " " in name:
            raise BadNoteError("not an Ed25519 key")
        if key.id.hex() != id_:
            raise BadNoteError("the key does not have the id that it names")
        return key

    @property
    def id(self) -> bytes:
        """Return the four bytes by which a signature names its key."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:ID_BYTES]

    @property
    def text(self) -> str:
        """Return the one line."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.raw).decode()}"

    def signed(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature over the text is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs notes."""

    name: str
    secret: bytes

    @property
    def public(self) -> PublicKey:
        """Return the key that checks what this one signs."""
        key = Ed25519PrivateKey.from_private_bytes(self.secret).public_key()
        return PublicKey(self.name, key.public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return the note. The text ends with a newline."""
        signature = Ed25519PrivateKey.from_private_bytes(self.secret).sign(text.encode())
        encoded = base64.b64encode(self.public.id + signature).decode()
        return f"{text}\n— {self.name} {encoded}\n"


def open_note(note: str, keys: Collection[PublicKey]) -> str:
    """Return a note's text. Raises BadNoteError unless one of `keys` has signed it, and no other.

    There is one way to write each note: a byte that is changed anywhere is found.
    """
    text, gap, signature = note.rpartition("\n\n")
    _, _, rest = signature.partition(" ")
    name, _, encoded = rest.rstrip("\n").partition(" ")
    data = _decoded(encoded)
    if not gap or signature != f"— {name} {encoded}\n" or len(data) != ID_BYTES + SIGNATURE_BYTES:
        raise BadNoteError("not a note with one signature")
    for key in keys:
        if (key.name, key.id) == (name, data[:ID_BYTES]):
            if not key.signed(text + "\n", data[ID_BYTES:]):
                raise BadNoteError("the signature does not fit")
            return text + "\n"
    raise BadNoteError("signed with a key that is not known")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log's owner promises: its first `size` entries have this root, for ever.

    Attributes:
        origin: the log's name.
        time: when it was signed, by the owner's clock, in Unix seconds.
        after: the size of the checkpoint before; 0 for the first.
    """

    origin: str
    size: int
    root: bytes
    time: int
    after: int

    @property
    def text(self) -> str:
        """Return what is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\ntime {self.time}\nafter {self.after}\n"


def open_checkpoint(note: str, keys: Collection[PublicKey]) -> Checkpoint:
    """Return a signed checkpoint. Raises BadNoteError."""
    text = open_note(note, keys)
    lines = text.split("\n")[:-1]
    if len(lines) != BODY_LINES:
        raise BadNoteError("not a checkpoint")
    origin, size, root, time, after = lines
    try:
        found = Checkpoint(
            origin,
            int(size),
            _decoded(root),
            int(time.removeprefix("time ")),
            int(after.removeprefix("after ")),
        )
    except ValueError:
        raise BadNoteError("not a checkpoint") from None
    if found.text != text:
        raise BadNoteError("not a checkpoint")
    return found


def _decoded(encoded: str) -> bytes:
    """Decode base64 that is written in the one right way; its spare bits are zero."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadNoteError("not base64") from None
    if base64.b64encode(data).decode() != encoded:
        raise BadNoteError("not base64 as it is to be written")
    return data
