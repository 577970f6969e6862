"""The seam of `ports` that is about what is added to a case after its decision.

Whoever ends one has locked its case first (`Cases.lock`), so that a narrative and a new decision
come one after the other.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from vigia_detect.domain.addendum import Addendum
from vigia_detect.domain.case import JsonObject, Run
from vigia_detect.domain.ids import CaseId, RunId
from vigia_detect.domain.narrative import NoNarrativeReason


class Addenda(Protocol):
    """Rows of narratives, one a decision. Each ends once, with its audit entry."""

    def plan(self, case_id: CaseId, decision: int) -> Run:
        """Store one that is to be written, with its run; return the run, marked as published.

        One of an earlier decision that is not written yet is withdrawn.
        """

    def get(self, known: RunId) -> Addendum | None:
        """Return one by its run, or None."""

    def of_decision(self, case_id: CaseId, decision: int) -> Addendum | None:
        """Return the one about a decision, or None when none was planned."""

    def tell(
        self, run: Run, sealed: bytes, made_by: Mapping[str, str], *, basis: JsonObject
    ) -> bool:
        """Attach what was written; False, and nothing is attached, when it is wanted no more.

        Args:
            run: the attempt that wrote it.
            sealed: encrypted under the patient's key.
            made_by: what made it, each with its version.
            basis: hashes of what it rests on, for its entry.
        """

    def give_up(self, run: Run, reason: NoNarrativeReason, *, basis: JsonObject) -> bool:
        """Note that there is none; False when that, or another end, is on record already."""

    def withdraw(self, cases: Sequence[CaseId], reason: NoNarrativeReason) -> Sequence[RunId]:
        """End those of these cases that are not written yet; return which.

        Their runs stay: a process that holds one ends it without a result.
        """
