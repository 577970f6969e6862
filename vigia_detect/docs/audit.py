from collections.abc import Mapping

from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, codes, table
from vigia_detect.domain.audit import RUN_AUDIT, AuditEvent
from vigia_detect.log import ALLOWED_FIELDS
from vigia_detect.trail.implied import BY_STATE

MEANING: Mapping[AuditEvent, str] = {
    AuditEvent.CASE_ACCEPTED: "a submission became a case; its picture's hash, its red flags",
    AuditEvent.CASE_STARTED: "a process claimed the first stage",
    AuditEvent.CASE_ENDED: "all runs have ended; state and code",
    AuditEvent.CASE_SETTLED: "an ended case moved: an alert opened or was acted on, or a person "
    "confirmed the result; state and code",
    AuditEvent.CASE_READ: "somebody read the report, a file of it, or its line in the review queue",
    AuditEvent.REVIEW_CLAIMED: "a named person holds the case for review; for how many seconds",
    AuditEvent.REVIEW_EXPIRED: "that person's time was over; written by whoever next looks",
    AuditEvent.REVIEW_RELEASED: "that person gave it back",
    AuditEvent.REVIEW_CONFIRMED: "that person confirmed the result; the number of their word",
    AuditEvent.REVIEW_CORRECTED: "that person gave another class; the number of their word, which "
    "is encrypted under the patient's key",
    AuditEvent.CASE_REOPENED: "a person asked for a stage again; their reason, encrypted under the "
    "patient's key",
    AuditEvent.RUN_READY: "all inputs of a stage have ended",
    AuditEvent.RUN_STARTED: "a process owns this attempt",
    AuditEvent.RUN_DONE: "the result is stored",
    AuditEvent.RUN_RETRIED: "the attempt failed and another will follow",
    AuditEvent.RUN_LOST: "the process went silent and another will follow",
    AuditEvent.RUN_FAILED: "no further attempt; for a stage, a person is told",
    AuditEvent.RUN_REOPENED: "it begins anew; the hash of the result that it gave, which is kept",
    AuditEvent.RUN_SET_BACK: "it waits again for one that begins anew; the hash likewise",
    AuditEvent.DECISION_MADE: "triage's urgency and need for review",
    AuditEvent.ALERT_OPENED: "an alert waits for somebody",
    AuditEvent.ALERT_REOPENED: "an answered alert was asked for again, had a new reason, or "
    "nobody acted in time",
    AuditEvent.ALERT_REASON_ADDED: "a decision gave an open alert a further reason",
    AuditEvent.ALERT_ESCALATED: "a step of its policy was told",
    AuditEvent.ALERT_REPEATED: "nobody answered in time; everybody is told again",
    AuditEvent.ALERT_ACKNOWLEDGED: "a named person took it on; how, and after how many seconds",
    AuditEvent.ALERT_DECLINED: "a named person said that it is not theirs; the next are told",
    AuditEvent.ALERT_ACTED: "a named person said that they acted; after how many seconds",
    AuditEvent.ALERT_CLOSED: "a named person said that nothing is left to do",
    AuditEvent.ALERT_SUPERSEDED: "a more urgent alert of the same case took its place",
    AuditEvent.ALERT_REARMED: "the watchdog found it without a deadline and gave it one",
    AuditEvent.ANSWER_REFUSED: "a forged, expired, used or unauthorised answer to an alert",
    AuditEvent.NOTIFICATION_ACCEPTED: "a channel took a notification",
    AuditEvent.NOTIFICATION_FAILED: "a channel will not take it; the next one is used",
    AuditEvent.NOTIFICATION_UNCERTAIN: "a process died while sending; it is sent again",
    AuditEvent.NOTIFICATION_REPEATED: "a person asked to tell somebody again; their reason, "
    "encrypted",
    AuditEvent.MESSAGE_DROPPED: "a message on a queue was none of ours; how it was wrong",
    AuditEvent.FAILURES_RISING: "too many attempts failed lately; how many, of how many",
    AuditEvent.FAILURES_SETTLED: "the rate of failures is low again",
    AuditEvent.TIMER_FIRED: "a deadline passed",
    AuditEvent.KEY_BEGUN: "a version of the key-encryption key wraps from now on",
    AuditEvent.KEY_EMPTIED: "nothing is wrapped by this version any more; how many were",
    AuditEvent.KEY_DESTROYED: "nobody can unwrap with this version any more",
    AuditEvent.SIGNING_KEY_ANNOUNCED: "another key is to sign for the trail; its public key",
    AuditEvent.KEYS_CHECKED: "every wrapped key was unwrapped; how many, how many did not",
    AuditEvent.RETENTION_REFUSED: "nothing was deleted: the clock may have jumped",
    AuditEvent.RETENTION_LENGTHENED: "a kind of data is kept for so many days from now on",
    AuditEvent.HOLD_PLACED: "nothing of a patient or case may be deleted; reason and reference",
    AuditEvent.HOLD_RELEASED: "it may be deleted again when its time is over",
    AuditEvent.DATA_PURGED: "what was kept long enough was deleted; kind and number",
    AuditEvent.PATIENT_ERASED: "a patient's key was destroyed; reason, override, how many cases",
    AuditEvent.CASE_ERASED: "the case's patient was erased; by which name the patient is left",
    AuditEvent.ERASURE_REFUSED: "a hold, a period or open work forbade an erasure; which",
    AuditEvent.TRAIL_READ: "somebody read the entries of a case",
    AuditEvent.TRAIL_EXPORTED: "somebody exported or verified the whole trail; in which form",
    AuditEvent.BUNDLE_WRITTEN: "somebody wrote an evidence bundle of the case; whether with what "
    "the patient's key seals, and with the picture",
    AuditEvent.DECISION_AUDITED: "a second look at a decision: whether its entry, the stored "
    "result and the hashes agree",
    AuditEvent.NARRATIVE_ADDED: "a language model's words were attached to a decided case; which "
    "decision, model and prompts, hashes of what went in and came out",
    AuditEvent.NARRATIVE_ABSENT: "there will be no such words of this decision; why",
    AuditEvent.PERMISSION_GRANTED: "somebody was allowed to do something; by which policy",
    AuditEvent.PERMISSION_DENIED: "somebody was refused; by which policy",
    AuditEvent.LOGIN_DONE: "somebody logged in, and how",
    AuditEvent.LOGIN_REFUSED: "a login that does not count; what was typed is not kept",
    AuditEvent.LOGIN_ENDED: "somebody logged out",
    AuditEvent.PERSON_ADDED: "a person or service account was added, with which roles",
    AuditEvent.PERSON_CHANGED: "roles, password, one-time codes or the right to log in changed",
    AuditEvent.TOKEN_CREATED: "a token was made, for what and how long",
    AuditEvent.TOKEN_REVOKED: "a token was revoked",
    AuditEvent.GLASS_BROKEN: "somebody took emergency access; until when",
    AuditEvent.GLASS_REVIEWED: "another person judged an emergency access",
}

HEAD = """\
Each entry is written in the transaction that it describes, so neither can be there without the
other. An entry names its subject (the case; else the alert, hold or key), the actor, and
where it applies the run and attempt. Its detail holds ids, codes and hashes, never patient data.
Patient data, where an entry needs any, is encrypted with the patient's key before it is hashed.

Entries cannot be changed or deleted: the database refuses it. Within seconds of its commit each
entry gets its place in one order, with a link to the one before (SHA-256); a Merkle tree over all
of them (RFC 9162) gives short proofs; checkpoints signed with Ed25519 are kept in the database and
in `VIGIA_AUDIT_FOLDER`. `vigia audit verify` checks all of it, also on another machine; how:
[verify the audit trail](../how-to/verify-the-audit-trail.md)."""

MISSED = """\
*Missed by*: how an entry is missed that somebody deleted before it had its place. `state`: a row
of another table is as it is only after this entry. `count`: the transaction that wrote it counted
it under its kind and subject."""

LOG = """\
Logs are one JSON object a line. A field that is not in this list is not written, so patient data
has no way into them; an exception is named by its type and place, never by its text."""


def _reason(event: AuditEvent) -> str:
    return "state" if event in BY_STATE else "count"


def page() -> str:
    """Return `audit.md`."""
    events = {event: moved for moved, event in RUN_AUDIT.items()}
    rows = ([code(e), MEANING[e], code(events.get(e, "")), _reason(e)] for e in AuditEvent)
    return markdown.page(
        "Audit trail and logs",
        HEAD,
        table(["Event", "When", "Move of a run", "Missed by"], rows),
        MISSED,
        "## Fields of the log",
        LOG,
        codes(sorted(ALLOWED_FIELDS)),
    )
