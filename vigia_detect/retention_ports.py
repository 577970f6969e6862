"""The seam of retention: rows of periods and holds, and what may go."""

from collections.abc import Sequence
from typing import Protocol

from vigia_detect.domain.ids import CaseId, Pseudonym
from vigia_detect.domain.retention import DataKind, Going, Hold, PatientStanding, Periods


class Retention(Protocol):
    """How long what is kept. Nothing here deletes what is held."""

    def periods(self) -> Periods:
        """Return the periods on record, in days."""

    def lengthen(self, kind: DataKind, days: int) -> bool:
        """Put a period on record; False when it is as long or longer already."""

    def add_hold(self, hold: Hold) -> None:
        """Store a hold. Raises NotFoundError when its subject is not there."""

    def release_hold(self, hold_id: str, by: str) -> str | None:
        """Release a hold; return its subject, or None when there is no such hold."""

    def holds(self, *, released: bool = False) -> Sequence[Hold]:
        """Return the holds that are in force, or with `released` all of them."""

    def standing(self, pseudonym: Pseudonym, *, lock: bool = False) -> PatientStanding | None:
        """Return how a patient stands; None when there is none or it is erased.

        Args:
            pseudonym: the patient.
            lock: no case or hold comes to this patient until the transaction ends.
        """

    def due_patients(self, before: float) -> Going:
        """Return patients without an entry since then and without open work (pseudonyms)."""

    def due(self, kind: DataKind, before: float) -> Going:
        """Return what of a kind is older: cases, or notifications, whose work has ended."""

    def not_held(self, kind: DataKind, ids: Sequence[str]) -> Sequence[str]:
        """Return which of these nobody holds; it stays so until the transaction ends."""

    def forget(self, kind: DataKind, ids: Sequence[str]) -> None:
        """Delete what `due` named, without its files."""

    def erase(self, pseudonym: Pseudonym, erased_as: Pseudonym) -> None:
        """Destroy a patient's key and all that it sealed in rows; the cases stay, nameless."""

    def cases_with(self, kind: DataKind, among: Sequence[CaseId]) -> frozenset[CaseId]:
        """Return which of these cases still have their image or their details."""
