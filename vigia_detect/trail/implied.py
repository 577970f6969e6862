"""Which entries there must be, by the state that the system's tables are in.

An entry's *claim* is a short text; a row implies claims. Both sides must come to the same claims,
each as often. Kinds that leave no other state are counted in a table of their own (`tallies`), in
the transaction that writes the entry.

Documents of form 1 are from when more kinds were counted, among them all that begins with the
second form's rules below. Whoever was given one keeps it, so it is still read as it was meant.
"""

from collections.abc import Iterator, Mapping
from typing import Any

NOTIFIED = {
    "accepted": "notification.accepted",
    "permanent": "notification.failed",
    "uncertain": "notification.uncertain",
}
"""What the end of an attempt to notify is called in the trail."""

ENDED = {"told": "narrative.added", "absent": "narrative.absent"}
"""What the end of an addendum is called in the trail."""

RUN_ENDED = frozenset({"run.done", "run.failed", "run.lost", "run.retried"})
"""Each attempt of a run ends in one of these ways, once: that it has ended is the claim."""

MADE_ANEW = {"case.reopened": "case.ended", "run.set_back": "run.ready"}
"""What is begun anew had come so far before, and will again: one more entry of that kind."""

CASE_OPEN = ("accepted", "processing")

MOST_ATTEMPTS = 10_000
"""Of one run; far above any policy."""

BY_STATE = frozenset(
    {
        "case.accepted",
        "case.started",
        "case.ended",
        "decision.made",
        "run.ready",
        "run.started",
        *RUN_ENDED,
        "alert.opened",
        *NOTIFIED.values(),
        *ENDED.values(),
    }
)
"""Kinds that follow from the rows' states, so that nothing has to be written for them: all that
every case brings about. All others are counted."""


def claim(entry: Mapping[str, Any], form: int) -> str:
    """Return what an entry says has happened, in a document of this form."""
    event, subject = entry["event"], entry["subject"]
    if event in RUN_ENDED and form > 1:
        return f"run.ended {entry['run_id']}#{entry['attempt']}"
    if event == "run.started" or event in NOTIFIED.values():
        return f"{event} {entry['run_id']}#{entry['attempt']}"
    if event == "alert.opened":
        return f"{event} {entry['detail']['alert_id']}"
    return f"{event} {subject}"


def implied(table: str, row: Mapping[str, Any], form: int) -> Iterator[tuple[str, int]]:
    """Yield the claims that a row implies, and how often each. Raises KeyError on another table.

    Args:
        table: the row's.
        row: as the document has it.
        form: the document's.
    """
    yield from _RULES[table](row)
    if form > 1:
        yield from _SECOND_FORM.get(table, _nothing)(row)
    yield from _unsaid(table, row)


def _unsaid(table: str, row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield a claim for each column that is not as the newest entry says: no entry makes it so."""
    said = row.get("said", {})
    if not isinstance(said, dict):
        raise TypeError("not by column")
    for column in said:
        if row[column] != said[column]:
            yield f"{table}.{column} {row['id']}", 1


def _nothing(_row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    yield from ()


def _case(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    yield f"case.accepted {row['id']}", 1
    if row["state"] != "accepted":
        yield f"case.started {row['id']}", 1


def _case_ended(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if row["state"] not in CASE_OPEN:
        yield f"case.ended {row['id']}", 1
    yield f"decision.made {row['id']}", row["decisions"]


def _run(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield a run's claims: each attempt has begun.

    Attempt numbers only rise, so this holds for a run that was begun anew, too.
    """
    if row["attempt"] > MOST_ATTEMPTS:
        raise ValueError("no run is tried so often")
    for attempt in range(1, row["attempt"] + 1):
        yield f"run.started {row['id']}#{attempt}", 1


def _run_ended(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield likewise: each attempt has ended, unless it is the one that runs."""
    runs = row["state"] == "running"
    for attempt in range(1, row["attempt"] + (not runs)):
        yield f"run.ended {row['id']}#{attempt}", 1
    if row["waits"] and row["state"] != "waiting":
        yield f"run.ready {row['subject']}", 1


def _alert(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    yield f"alert.opened {row['id']}", 1


def _attempt(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if row["outcome"] in NOTIFIED:
        yield f"{NOTIFIED[row['outcome']]} {row['id']}#{row['attempt']}", 1


def _addendum(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if row["state"] in ENDED:
        yield f"{ENDED[row['state']]} {row['case_id']}", 1


def _tally(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    yield f"{row['event']} {row['subject']}", row["count"]


def _made_anew(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if row["event"] in MADE_ANEW:
        yield f"{MADE_ANEW[row['event']]} {row['subject']}", row["count"]


_RULES = {
    "cases": _case,
    "runs": _run,
    "alerts": _alert,
    "notification_attempts": _attempt,
    "addenda": _addendum,
    "audit_tallies": _tally,
    **dict.fromkeys(("holds", "accounts", "account_tokens", "retention"), _nothing),
}
_SECOND_FORM = {"cases": _case_ended, "runs": _run_ended, "audit_tallies": _made_anew}
"""What a row of a document implies besides since its second form."""
