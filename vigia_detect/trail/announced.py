"""How a later key is shown to follow from the first, where there is no whole export to read.

Each announcement comes with its proof in a checkpoint that a key before has signed, and with the
proof that this checkpoint's trail is the beginning of the one that is promised at the end.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from vigia_detect.trail.key_chain import KeyChain, announced_key
from vigia_detect.trail.lines import to_line
from vigia_detect.trail.merkle import leaf_hash
from vigia_detect.trail.note import BadNoteError, Checkpoint, PublicKey
from vigia_detect.trail.proofs import extends, includes

HASH_BYTES = 32


class Announced(NamedTuple):
    """An announcement and what proves it.

    Attributes:
        data: the entry's canonical bytes.
        position: its place, from 0.
        proof: hashes from the leaf up to the root of `note`.
        note: the first checkpoint that covers it.
        extends: from that checkpoint to the one that is promised at the end.
    """

    data: bytes
    position: int
    proof: Sequence[bytes]
    note: str
    extends: Sequence[bytes]

    @property
    def document(self) -> dict[str, object]:
        """Return it as a bundle's line says it."""
        return {
            "checkpoint": self.note,
            "entry": self.data.decode(),
            "extends": [one.hex() for one in self.extends],
            "position": self.position,
            "proof": [one.hex() for one in self.proof],
        }


def read_announced(document: Mapping[str, Any]) -> Announced:
    """Read what a line says. Raises ValueError, KeyError or TypeError."""
    if set(document) != {"checkpoint", "entry", "extends", "position", "proof"}:
        raise ValueError
    position = document["position"]
    if type(position) is not int or not isinstance(document["checkpoint"], str):
        raise TypeError
    return Announced(
        document["entry"].encode() if isinstance(document["entry"], str) else b"",
        position,
        read_hashes(document["proof"]),
        document["checkpoint"],
        read_hashes(document["extends"]),
    )


def follow(
    keys: Collection[PublicKey], announcements: Sequence[Announced], promised: str
) -> tuple[Checkpoint, KeyChain]:
    """Return what is promised at the end, and whose signatures count there.

    Args:
        keys: that count, from elsewhere. What was announced before one of them is not looked at.
        announcements: in their order.
        promised: the signed checkpoint at the end.

    Raises:
        BadNoteError: an announcement is missing, forged, or of another trail.
    """
    chain, opened = KeyChain(keys), []
    given = [at for at, one in enumerate(announcements) if announced_key(one.data) in keys]
    for one in announcements[max(given, default=-1) + 1 :]:
        found = chain.open(one.note)
        if not includes(leaf_hash(one.data), one.position, found.size, one.proof, found.root):
            raise BadNoteError("an announced key is not where its checkpoint promises")
        chain.announce(one.data)
        chain.covered()
        opened.append((one, found))
    end = chain.open(promised)
    for one, found in opened:
        if not extends(found.size, found.root, end.size, end.root, one.extends):
            raise BadNoteError("a key was announced in another trail")
    return end, chain


def announcement_line(one: Announced) -> bytes:
    """Return the line of a bundle."""
    return to_line({"announced": one.document})


def read_hashes(values: Any) -> list[bytes]:
    """Read hashes that are written in the one right way. Raises TypeError or ValueError."""
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise TypeError
    found = [bytes.fromhex(one) for one in values]
    if [one.hex() for one in found] != values or any(len(one) != HASH_BYTES for one in found):
        raise ValueError
    return found
