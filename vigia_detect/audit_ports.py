"""What the order of the trail's entries asks of the outside."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from vigia_detect.domain.audit import ChainedEntry, LooseEntry, PlacedEntry
from vigia_detect.trail.merkle import Node
from vigia_detect.trail.note import Checkpoint, Signer


class Trail(Protocol):
    """Rows of the order, the tree over it, and its checkpoints. None is ever changed."""

    def loose(self, above: int, limit: int) -> Sequence[LooseEntry]:
        """Return committed entries with a greater id than `above` that have no place yet."""

    def floor(self, overlap_s: float) -> int:
        """Return an id below which entries have their places.

        It is the last one that was written `overlap_s` seconds before the newest that has a place:
        a transaction may hold back an id for that long.
        """

    def head(self) -> tuple[int, bytes]:
        """Return how many entries have a place, and the last one's link."""

    def tile(self, level: int, number: int) -> Sequence[bytes]:
        """Return the hashes of a tile of the tree; see `trail.merkle`."""

    def extend(self, size: int, entries: Sequence[ChainedEntry], nodes: Sequence[Node]) -> bool:
        """Append to the order; False when another process did so since it had `size` entries."""

    def written_before(self, at: float) -> float | None:
        """Return when the newest entry was written of those before a time (Unix seconds)."""

    def place(self, entry_id: int) -> ChainedEntry | None:
        """Return an entry's place, or None while it has none."""

    def data(self, entry_id: int) -> bytes:
        """Return an entry's canonical bytes. Raises NotFoundError."""

    def of_subjects(self, subjects: Sequence[str]) -> Sequence[PlacedEntry]:
        """Return the entries about these subjects, oldest first."""

    def bytes_of(self, subjects: Sequence[str]) -> Sequence[tuple[int | None, bytes]]:
        """Return place and canonical bytes of the entries about these subjects, by place.

        Those without a place come last.
        """

    def states_of(
        self, case_id: str, alerts: Sequence[str]
    ) -> Sequence[tuple[str, Mapping[str, object]]]:
        """Return table and row of each state of a case and its alerts that implies entries."""

    def last_checkpoint(self) -> tuple[int, float] | None:
        """Return size and time (Unix seconds) of the last checkpoint, or None."""

    def add_checkpoint(self, size: int, note: str, *, after: int, key: str) -> bool:
        """Store a signed checkpoint.

        Returns:
            False when there is another one after `after` already, or when another public key than
            `key` signs by now.
        """

    def notes(self, above: int, limit: int) -> Sequence[tuple[int, str]]:
        """Return (size, note) of the checkpoints over more than `above` entries, in order."""

    def public_key(self) -> str | None:
        """Return the public key that checkpoints are signed for now, or None."""

    def public_keys(self) -> Sequence[str]:
        """Return all public keys of this trail, the first one first."""

    def change_public_key(self, text: str) -> bool:
        """Let another key sign from now on; False when another process is at the trail."""

    def remember_public_key(self, text: str) -> str:
        """Note the public key of a new trail; return the one that is noted."""


class Stamps(Protocol):
    """Rows of the time stamps that checkpoints were given. None is ever changed."""

    def last_size(self) -> int:
        """Return the size of the last checkpoint that has a stamp; 0 when none has."""

    def add(self, size: int, token: bytes) -> None:
        """Keep the stamp of a checkpoint, unless it has one."""


class StampSource(Protocol):
    """Somebody else who attests that a checkpoint is there now (RFC 3161)."""

    def stamp(self, note: str) -> bytes:
        """Return a token over a note, checked. Raises UnavailableError."""


class CheckpointKeeper(Protocol):
    """Keeps checkpoints outside of the database."""

    def last_size(self) -> int:
        """Return the size of the last checkpoint that is kept; 0 when none is."""

    def note(self, size: int) -> str | None:
        """Return the checkpoint of this size that is kept, or None."""

    def keep(self, checkpoint: Checkpoint, note: str) -> None:
        """Keep one, complete or not at all.

        Raises:
            CheckpointConflictError: another one of this size is kept: the trail was rewritten.
            UnavailableError: it cannot be written now.
        """

    def keep_stamp(self, checkpoint: Checkpoint, token: bytes) -> None:
        """Keep its time stamp beside it. Raises UnavailableError."""


class SigningKeys(Protocol):
    """Where the key that signs lies, and the one that is to follow it."""

    def draw(self, origin: str) -> Signer:
        """Return the key that is to follow; the same one until it is in place."""

    def put_in_place(self) -> None:
        """Let it take the old one's place, and destroy the old one."""


class SignerSource(Protocol):
    """Finds the key that signs checkpoints."""

    def __call__(self) -> Signer:
        """Return it. Raises ConfigurationError."""
