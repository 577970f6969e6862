"""What the audit trail can say. One entry is written in the transaction that it describes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from vigia_detect.domain.states import RunEvent

WHOLE_TRAIL = "trail"
"""The subject of what is done with all entries."""


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
    ALERT_REARMED = "alert.rearmed"
    ANSWER_REFUSED = "answer.refused"
    NOTIFICATION_ACCEPTED = "notification.accepted"
    NOTIFICATION_FAILED = "notification.failed"
    NOTIFICATION_UNCERTAIN = "notification.uncertain"
    TIMER_FIRED = "timer.fired"
    TRAIL_READ = "trail.read"
    TRAIL_EXPORTED = "trail.exported"
    DECISION_AUDITED = "decision.audited"
    ERROR_AUDITED = "error.audited"


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
        sealed: patient data, encrypted with the patient's key; the entry's hash is over this
            ciphertext, so that destroying the key leaves the chain whole.
    """

    event: AuditEvent
    subject: str
    actor: str = "system"
    run_id: str | None = None
    attempt: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class LooseEntry:
    """A committed entry that has no place in the order yet.

    Attributes:
        data: its canonical bytes (RFC 8785), which are hashed.
    """

    id: int
    data: bytes


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """The place of an entry in the order.

    Attributes:
        leaf: the entry's hash.
        chain: the hash over the link before and this entry's hash.
    """

    position: int
    entry_id: int
    leaf: bytes
    chain: bytes


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry as people see it.

    Attributes:
        at: when it was written, by the database's clock, in Unix seconds.
        position: its place in the order, from 0; None while it has none.
    """

    id: int
    at: float
    entry: AuditEntry
    position: int | None
