"""The seam of `ports` that is about review: what waits for a person, who holds it, what was said.

Whoever changes anything here has locked the case first (`Cases.lock`), so that all of it happens
one after the other.
"""

from collections.abc import Sequence
from typing import Protocol

from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.review import Claim, StoredReview, Waiting


class Reviews(Protocol):
    """Rows of claims and of people's words on results."""

    def waiting(self) -> Sequence[Waiting]:
        """Return the cases that wait for a person, in no order.

        A case waits when it has ended without a person's word and a part of it is missing, or
        triage did not say that nobody need look.
        """

    def standing(self, case_id: CaseId) -> Waiting | None:
        """Return a case as it stands, whether it waits or not; None when there is no such case."""

    def claim_of(self, case_id: CaseId) -> Claim | None:
        """Return who holds a case, or None; a claim whose time is over ends here, with its entry.

        Only within a transaction that may write.
        """

    def claim(self, case_id: CaseId, by: str, *, seen: int, lease_s: float) -> Claim:
        """Let `by` hold a case that nobody else holds; an own claim is prolonged.

        Args:
            case_id: the case.
            by: who.
            seen: the decision that was shown, see `Claim`.
            lease_s: for how many seconds.
        """

    def release(self, case_id: CaseId) -> None:
        """End the claim on a case, if there is one."""

    def add(self, review: StoredReview) -> None:
        """Store what a person said, at the database's time."""

    def of_case(self, case_id: CaseId) -> Sequence[StoredReview]:
        """Return what was said of a case, oldest first."""
