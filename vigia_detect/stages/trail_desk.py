"""Answers questions about the trail itself. Asking leaves an entry too."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from vigia_detect.domain.audit import WHOLE_TRAIL, AuditEntry, AuditEvent, PlacedEntry
from vigia_detect.domain.ids import CaseId, is_case_id
from vigia_detect.errors import NotFoundError
from vigia_detect.ports import Store
from vigia_detect.stages.announcements import announcements
from vigia_detect.trail.announced import Announced, follow
from vigia_detect.trail.note import Checkpoint, PublicKey
from vigia_detect.trail.proofs import Prover


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The proof that an entry is in the trail that was signed for; check it with `proofs.includes`.

    Attributes:
        data: the entry's canonical bytes.
        position: its place, from 0.
        proof: hashes from the leaf up.
        note: the signed checkpoint whose root the proof leads to.
        announced: how its key follows from the one that is trusted; see `announced.follow`.
    """

    data: bytes
    position: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint
    note: str
    announced: tuple[Announced, ...] = ()


class TrailDesk:
    """Shows, exports and proves entries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of_case(self, case_id: str, *, actor: str) -> Sequence[PlacedEntry]:
        """Return the entries about a case and its alerts, oldest first. Raises NotFoundError."""
        with self._store.begin() as work:
            case = work.cases.get(CaseId(case_id)) if is_case_id(case_id) else None
            if case is None:
                raise NotFoundError("There is no case {case!r}.", case=case_id)
            work.audit.write([AuditEntry(AuditEvent.TRAIL_READ, case_id, actor)])
            alerts = work.alerts.of_case(case.summary.id)
            found = work.trail.of_subjects([case_id, *(alert.id for alert in alerts)])
            work.commit()
        return found

    def note_export(self, form: str, *, actor: str) -> None:
        """Leave an entry that the whole trail is read now."""
        entry = AuditEntry(AuditEvent.TRAIL_EXPORTED, WHOLE_TRAIL, actor, detail={"form": form})
        with self._store.begin() as work:
            work.audit.write([entry])
            work.commit()

    @contextmanager
    def export(self, origin: str) -> Iterator[Iterator[bytes]]:
        """Open the lines of an export as one moment sees the trail."""
        with self._store.export_trail(origin) as lines:
            yield lines

    def prove(self, entry_id: int, key: PublicKey) -> Inclusion:
        """Return the proof of an entry against the last checkpoint.

        Args:
            entry_id: which one.
            key: the one that is trusted; those that were announced since count as well.

        Raises:
            NotFoundError: no checkpoint covers the entry (yet).
            BadNoteError: the checkpoint is not signed with this key, nor one that follows from it.
        """
        with self._store.read() as work:
            place, last = work.trail.place(entry_id), work.trail.last_checkpoint()
            if place is None or last is None or place.position >= last[0]:
                raise NotFoundError("No checkpoint covers entry {entry} yet.", entry=entry_id)
            ((_, note),) = work.trail.notes(last[0] - 1, 1)
            proof = Prover(last[0], work.trail.tile).inclusion(place.position)
            data, said = work.trail.data(entry_id), tuple(announcements(work, last[0]))
        checkpoint, _ = follow([key], said, note)
        return Inclusion(data, place.position, tuple(proof), checkpoint, note, said)
