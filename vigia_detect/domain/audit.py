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
    ALERT_REARMED = "alert.rearmed"
    ANSWER_REFUSED = "answer.refused"
    NOTIFICATION_ACCEPTED = "notification.accepted"
    NOTIFICATION_FAILED = "notification.failed"
    NOTIFICATION_UNCERTAIN = "notification.uncertain"
    NOTIFICATION_REPEATED = "notification.repeated"
    MESSAGE_DROPPED = "message.dropped"
    FAILURES_RISING = "failures.rising"
    FAILURES_SETTLED = "failures.settled"
    TIMER_FIRED = "timer.fired"
    KEY_BEGUN = "key.begun"
    KEY_EMPTIED = "key.emptied"
    KEY_DESTROYED = "key.destroyed"
    SIGNING_KEY_ANNOUNCED = "signing_key.announced"
    KEYS_CHECKED = "keys.checked"
    RETENTION_LENGTHENED = "retention.lengthened"
    RETENTION_REFUSED = "retention.refused"
    HOLD_PLACED = "hold.placed"
    HOLD_RELEASED = "hold.released"
    DATA_PURGED = "data.purged"
    PATIENT_ERASED = "patient.erased"
    CASE_ERASED = "case.erased"
    ERASURE_REFUSED = "erasure.refused"
    TRAIL_READ = "trail.read"
    TRAIL_EXPORTED = "trail.exported"
    BUNDLE_WRITTEN = "bundle.written"
    DECISION_AUDITED = "decision.audited"
    NARRATIVE_ADDED = "narrative.added"
    NARRATIVE_ABSENT = "narrative.absent"
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
    RunEvent.REOPEN: AuditEvent.RUN_REOPENED,
    RunEvent.WAIT_AGAIN: AuditEvent.RUN_SET_BACK,
}


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry: what happened to which thing, by whom.

    Attributes:
        subject: the case; when there is none, the alert, hold or erased patient, or the name of
            what was acted on, such as `key-2`. Never a pseudonym, which an erasure must end.
        detail: ids, codes and hashes; never patient data. What a person typed is in it only
            encrypted under the patient's key, so that erasing the key erases it too.
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
