"""Takes out of the trail what shows, without all of it, that a later key follows from the first."""

from vigia_detect.ports import UnitOfWork
from vigia_detect.stages.signing_rotation import SUBJECT
from vigia_detect.trail.announced import Announced
from vigia_detect.trail.key_chain import announced_key
from vigia_detect.trail.proofs import Prover


def announcements(work: UnitOfWork, size: int) -> list[Announced]:
    """Return how each key on record was announced, in order.

    Args:
        work: sees one moment.
        size: of the checkpoint to which all is proved.
    """
    wanted = list(work.trail.public_keys()[1:])
    found = []
    for place, data in work.trail.bytes_of([SUBJECT]):
        key = announced_key(data)
        if place is None or place >= size or key is None or key.text not in wanted:
            continue  # announced, and never put on record; or once more what was cut off
        wanted.remove(key.text)
        found.append(_proved(work, place, data, size))
    return found


def _proved(work: UnitOfWork, place: int, data: bytes, size: int) -> Announced:
    ((covered, note),) = work.trail.notes(place, 1)
    proof = Prover(covered, work.trail.tile).inclusion(place)
    return Announced(data, place, proof, note, Prover(size, work.trail.tile).consistency(covered))
