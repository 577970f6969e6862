"""What is added to a case after it was decided, and never changes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vigia_detect.domain.ids import CaseId, RunId
from vigia_detect.domain.narrative import NoNarrativeReason


class AddendumState(StrEnum):
    """How an addendum stands; it leaves `pending` once, and nothing else.

    Attributes:
        PENDING: it waits to be written, or is being written.
        TOLD: it is there.
        ABSENT: there is none, and there will be none for this decision.
    """

    PENDING = "pending"
    TOLD = "told"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Addendum:
    """The narrative of one decision about one case. Times are Unix seconds.

    Attributes:
        id: of its run.
        decision: the attempt of triage that made the decision it is about.
        reason: why there is none; None while there may be one.
        sealed: what was written, under the patient's key; None when it was erased, too.
        made_by: the model, each prompt as "name version checksum", knowledge and rules.
        ended_at: since when it is told or absent.
    """

    id: RunId
    case_id: CaseId
    decision: int
    state: AddendumState
    reason: NoNarrativeReason | None
    sealed: bytes | None
    made_by: Mapping[str, str]
    planned_at: float
    ended_at: float | None
