"""What the audit trail can say. One entry is written in the transaction that it describes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from vigia_detect.domain.states import RunEvent


class AuditEvent(StrEnum):
    """The kinds of entries."""

    CASE_ACCEPTED = "case.accepted"
    CASE_STARTED = "case.started"
    CASE_ENDED = "case.ended"
    CASE_SETTLED = "case.settled"
    CASE_READ = "case.read"
    REVIEW_CLAIMED = "review.claimed"
    REVIEW_EXPIRED = "review.expired"
    REVIEW_RELEASED = "review.released"
    REVIEW_CONFIRMED = "review.confirmed"
    REVIEW_CORRECTED = "review.corrected"
    CASE_REOPENED = "case.reopened"
    RUN_READY = "run.ready"
    RUN_STARTED = "run.started"
    RUN_DONE = "run.done"
    RUN_RETRIED = "run.retried"
    RUN_LOST = "run.lost"
    RUN_FAILED = "run.failed"
    RUN_REOPENED = "run.reopened"
    RUN_SET_BACK = "run.set_back"
    DECISION_MADE = "decision.made"
    ALERT_OPENED = "alert.opened"
    ALERT_REOPENED = "alert.reopened"
    ALERT_REASON_ADDED = "alert.reason_added"
    ALERT_ESCALATED = "alert.escalated"
    ALERT_REPEATED = "alert.repeated"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_DECLINED = "alert.declined"
    ALERT_ACTED = "alert.acted"
    ALERT_CLOSED = "alert.closed"
    ALERT_SUPERSEDED = "alert.superseded"
    ANSWER_REFUSED = "answer.refused"
    NOTIFICATION_ACCEPTED = "notification.accepted"
    NOTIFICATION_FAILED = "notification.failed"
    NOTIFICATION_UNCERTAIN = "notification.uncertain"
    NOTIFICATION_REPEATED = "notification.repeated"
    MESSAGE_DROPPED = "message.dropped"
    FAILURES_RISING = "failures.rising"
    FAILURES_SETTLED = "failures.settled"
    TIMER_FIRED = "timer.fired"


RUN_AUDIT = {
    RunEvent.INPUTS_ENDED: AuditEvent.RUN_READY,
    RunEvent.CLAIM: AuditEvent.RUN_STARTED,
    RunEvent.FINISH: AuditEvent.RUN_DONE,
    RunEvent.RETRY: AuditEvent.RUN_RETRIED,
    RunEvent.LOSE: AuditEvent.RUN_LOST,
    RunEvent.EXHAUST: AuditEvent.RUN_FAILED,
    RunEvent.REOPEN: AuditEvent.RUN_REOPENED,
    RunEvent.WAIT_AGAIN: AuditEvent.RUN_SET_BACK,
}


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry: what happened to which thing, by whom.

    Attributes:
        subject: the case, or the alert when there is no case.
        detail: ids, codes and hashes; never patient data. What a person typed is in it only
            encrypted under the patient's key, so that erasing the key erases it too.
    """

    event: AuditEvent
    subject: str
    actor: str = "system"
    run_id: str | None = None
    attempt: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
