from collections.abc import Mapping

from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, codes, table
from vigia_detect.domain.audit import RUN_AUDIT, AuditEvent
from vigia_detect.log import ALLOWED_FIELDS

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
}

HEAD = """\
Each entry is written in the transaction that it describes, so neither can be there without the
other. An entry names its subject (the case, or the alert when there is no case), the actor, and
where it applies the run and attempt. Its detail holds ids, codes and hashes, never patient data.
The chain that makes a change of the trail evident is not there yet; entries are append-only from
the start."""

LOG = """\
Logs are one JSON object a line. A field that is not in this list is not written, so patient data
has no way into them; an exception is named by its type and place, never by its text."""


def page() -> str:
    """Return `audit.md`."""
    events = {event: moved for moved, event in RUN_AUDIT.items()}
    rows = ([code(e), MEANING[e], code(events.get(e, ""))] for e in AuditEvent)
    return markdown.page(
        "Audit trail and logs",
        HEAD,
        table(["Event", "When", "Move of a run"], rows),
        "## Fields of the log",
        LOG,
        codes(sorted(ALLOWED_FIELDS)),
    )
