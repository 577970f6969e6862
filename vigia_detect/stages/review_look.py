from vigia_detect.clinical import RuleSet
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import JsonObject, RunStatus
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import CorruptDataError, NotFoundError
from vigia_detect.ports import UnitOfWork
from vigia_detect.stages.review_item import ReviewItem, review_item
from vigia_detect.stages.told import addendum_of, open_addendum, triage_of
from vigia_detect.stages.vault import Vault

REVIEW = "review"
"""By which way a case was read, or its alert answered."""


class Look:
    """All that the line about a case is made of, read in one transaction with its audit entry."""

    def __init__(self, work: UnitOfWork, case_id: CaseId, actor: str) -> None:
        self._case = work.cases.get(case_id)
        self._standing = work.reviews.standing(case_id)
        self._runs: tuple[RunStatus, ...] = tuple(work.runs.of_case(case_id))
        self._sealed = work.runs.results(case_id)
        self._addendum = addendum_of(work, case_id, triage_of(self._runs))
        self._now = work.now()
        detail = {"in": REVIEW}
        work.audit.write([AuditEntry(AuditEvent.CASE_READ, case_id, actor, detail=detail)])

    def item(self, vault: Vault, rules: RuleSet) -> ReviewItem:
        """Return the line, decrypted. Raises NotFoundError when there was no such case."""
        if self._standing is None:
            raise NotFoundError("The case is gone.")
        results, told = self._results(vault), self._told(vault)
        return review_item(self._standing, self._runs, results, rules, self._now, told=told)

    def _told(self, vault: Vault) -> JsonObject | None:
        if self._case is None:
            return None
        try:
            return open_addendum(vault, self._case, self._addendum)
        except CorruptDataError:  # the case is reviewed without it
            return None

    def _results(self, vault: Vault) -> dict[Stage, JsonObject] | None:
        if self._case is None:
            return None
        case, wanted = self._case, (Stage.IMAGE_ANALYSIS, Stage.MEDICAL_ANALYSIS)
        there = [stage for stage in wanted if stage in self._sealed]
        try:
            return {stage: vault.open_result(case, stage, self._sealed[stage]) for stage in there}
        except CorruptDataError:  # it is in the queue all the same, as the worst kind
            return None
