"""Whether the trail is still the one that was signed for: asked before it is signed for again."""

from collections.abc import Sequence
from typing import TypeAlias

from vigia_detect.audit_ports import Trail
from vigia_detect.errors import CheckpointConflictError
from vigia_detect.phrase import Phrase
from vigia_detect.trail.note import BadNoteError, Checkpoint, PublicKey, open_checkpoint
from vigia_detect.trail.proofs import Prover, extends

Kept: TypeAlias = tuple[int, str]
"""Size and note of a checkpoint that is kept outside of the database."""


def root_after(
    trail: Trail, size: int, after: int, keys: Sequence[PublicKey], kept: Kept | None
) -> bytes:
    """Return the root over the first `size` entries.

    It reads some tiles of the tree at each of its kept levels, whatever the trail's size.

    Args:
        trail: sees one moment.
        size: how many entries are to be signed for.
        after: the size of the last signed checkpoint; 0 when there is none.
        keys: that have ever signed for this trail.
        kept: the last checkpoint kept outside, if that is known.

    Raises:
        CheckpointConflictError: this is no extension of what was signed for or is kept outside.
    """
    if kept is not None and _note(trail, kept[0]) != kept[1]:
        raise CheckpointConflictError(
            "The trail has no such checkpoint of {size} as is kept.", size=kept[0]
        )
    if not after:
        return Prover(size, trail.tile).root()
    promised = _promised(trail, after, keys)
    prover = Prover(size, trail.tile)
    try:
        root = prover.root()
        fits = after <= size and extends(
            after, promised.root, size, root, prover.consistency(after)
        )
    except (IndexError, ValueError):
        fits = False  # hashes are missing
    if not fits:
        raise CheckpointConflictError(
            "What was signed for at {after} is not in the tables.", after=after
        )
    return root


def _promised(trail: Trail, size: int, keys: Sequence[PublicKey]) -> Checkpoint:
    try:
        found = open_checkpoint(_note(trail, size) or "", keys)
    except BadNoteError as error:
        raise CheckpointConflictError(
            "The checkpoint of {size}: {why}.", size=size, why=Phrase.of(error)
        ) from None
    if found.size != size:
        raise CheckpointConflictError(
            "The checkpoint of {size} is over {found}.", size=size, found=found.size
        )
    return found


def _note(trail: Trail, size: int) -> str | None:
    return dict(trail.notes(size - 1, 1)).get(size)
