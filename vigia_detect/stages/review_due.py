"""Sees to it that a result which waits for a person is not forgotten."""

from vigia_detect.domain.case import Verdict
from vigia_detect.domain.escalation import NOT_REVIEWED, AlertKind, AlertRequest, Deadline
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.records import DueTimer
from vigia_detect.ports import UnitOfWork

GRAVE_S = 2 * 3600
"""Facts.md D.1, REVIEW: at most 2 h when stage 3 or 4, unstageable or dtpi is possible."""

SHIFT_S = 8 * 3600
"""Facts.md D.1, REVIEW: in the same shift; 8 h is the shortest one in use [POL]."""


def wait_for_review(work: UnitOfWork, case_id: CaseId, verdict: Verdict, decision: int) -> None:
    """Set the time by which a person must have looked at a decision.

    Args:
        work: the decision's own transaction.
        case_id: the case.
        verdict: the decision.
        decision: the attempt of triage that made it; one before it needs no look any more.
    """
    if decision > 1:
        work.timers.settle([case_id])
    if verdict.review_required:
        within = GRAVE_S if verdict.may_be_grave else SHIFT_S
        timer = DueTimer(Deadline.NOT_REVIEWED, case_id, decision)
        work.timers.arm([(timer, work.now() + within)])


def overdue(work: UnitOfWork, case_id: CaseId) -> AlertRequest | None:
    """Return the alert that a case needs when its time for review is over; None: it needs none."""
    case = work.cases.get(case_id)
    if case is None or case.summary.confirmed_at is not None or not case.patient.wrapped_key:
        return None
    if case.summary.review_required is False:
        return None
    return AlertRequest(AlertKind.HUMAN_REVIEW, (NOT_REVIEWED,))
