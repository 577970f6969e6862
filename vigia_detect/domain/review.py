"""What waits for a person's word, the most dangerous first, and what that person says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.states import CaseState, StatusCode
from vigia_detect.domain.triage import Urgency


class ReviewEvent(StrEnum):
    """What a person can say of a result."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a case for review.

    Attributes:
        until: Unix seconds by the database's clock; after it the case is free again.
        seen: which decision was shown: the attempt of triage that gave it.
    """

    by: str
    until: float
    seen: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case as a person's review finds it, as far as the order of the queue needs it.

    Attributes:
        may_be_grave: triage's word on whether a grave class is possible; None when it has none.
        failed: whether a stage of it gave up.
        created_at: when it was accepted, Unix seconds.
        claim: who holds it now, if anybody.
    """

    id: CaseId
    state: CaseState
    status_code: StatusCode
    urgency: Urgency
    may_be_grave: bool | None
    failed: bool
    created_at: float
    claim: Claim | None = None

    @property
    def grave(self) -> bool:
        """Whether it could be worse than it looks: what is unknown counts as dangerous."""
        return self.failed or self.may_be_grave is not False


@dataclass(frozen=True, slots=True)
class StoredReview:
    """What a person said of a case's result. `sealed` holds the words and classes, encrypted.

    Attributes:
        number: counts what was said of this case, from 1.
        at: Unix seconds.
    """

    case_id: CaseId
    number: int
    event: ReviewEvent
    by: str
    sealed: str
    at: float = 0.0


def by_danger(waiting: Iterable[Waiting]) -> Sequence[Waiting]:
    """Return what waits in the order in which it should be looked at.

    Urgency comes first, then what could be a grave class or is not known at all, then age.
    """
    return sorted(
        waiting, key=lambda one: (-one.urgency.rank, not one.grave, one.created_at, one.id)
    )
