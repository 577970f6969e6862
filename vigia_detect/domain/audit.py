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
    CASE_READ = "case.read"
    RUN_READY = "run.ready"
    RUN_STARTED = "run.started"
    RUN_DONE = "run.done"
    RUN_RETRIED = "run.retried"
    RUN_LOST = "run.lost"
    RUN_FAILED = "run.failed"
    DECISION_MADE = "decision.made"
    ALERT_OPENED = "alert.opened"
    ALERT_REOPENED = "alert.reopened"
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
    TIMER_FIRED = "timer.fired"
    PERMISSION_GRANTED = "permission.granted"
    PERMISSION_DENIED = "permission.denied"
    LOGIN_DONE = "login.done"
    LOGIN_REFUSED = "login.refused"
    LOGIN_ENDED = "login.ended"
    PERSON_ADDED = "person.added"
    PERSON_CHANGED = "person.changed"
    TOKEN_CREATED = "token.created"  # noqa: S105 - a name, no secret
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - a name, no secret
    GLASS_BROKEN = "glass.broken"
    GLASS_REVIEWED = "glass.reviewed"


RUN_AUDIT = {
    RunEvent.INPUTS_ENDED: AuditEvent.RUN_READY,
    RunEvent.CLAIM: AuditEvent.RUN_STARTED,
    RunEvent.FINISH: AuditEvent.RUN_DONE,
    RunEvent.RETRY: AuditEvent.RUN_RETRIED,
    RunEvent.LOSE: AuditEvent.RUN_LOST,
    RunEvent.EXHAUST: AuditEvent.RUN_FAILED,
}


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry: what happened to which thing, by whom.

    Attributes:
        subject: the case, or the alert when there is no case.
        detail: ids, codes and hashes; never patient data.
    """

    event: AuditEvent
    subject: str
    actor: str = "system"
    run_id: str | None = None
    attempt: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
