"""From rows to the objects of the domain."""

from collections.abc import Sequence
from typing import Any

import orjson

from vigia_detect.adapters.db.tables import cases, runs
from vigia_detect.domain.case import CaseSummary, Run, RunStatus
from vigia_detect.domain.ids import CaseId, Pseudonym, RunId
from vigia_detect.domain.states import CaseState, RunState, StatusCode
from vigia_detect.domain.triage import Urgency

RUN_COLUMNS = (
    runs.c.id,
    runs.c.task,
    runs.c.subject,
    runs.c.attempt,
    runs.c.queue,
    runs.c.earlier,
    runs.c.outages,
)
STATUS_COLUMNS = (
    runs.c.id,
    runs.c.task,
    runs.c.state,
    runs.c.attempt,
    runs.c.error_code,
    runs.c.started_at,
    runs.c.finished_at,
)
SUMMARY_COLUMNS = (
    cases.c.id,
    cases.c.pseudonym,
    cases.c.state,
    cases.c.status_code,
    cases.c.urgency,
    cases.c.emergency,
    cases.c.review_required,
    cases.c.created_at,
    cases.c.finished_at,
    cases.c.confirmed_at,
    cases.c.confirmed_by,
)


def to_run(row: Sequence[Any]) -> Run:
    """Build a run from `RUN_COLUMNS`."""
    return Run(RunId(row[0]), *row[1:7])


def to_run_status(row: Sequence[Any]) -> RunStatus:
    """Build a run's status from a row of `STATUS_COLUMNS`."""
    id_, task, state, attempt, error_code, started_at, finished_at = row
    return RunStatus(
        RunId(id_), task, RunState(state), attempt, error_code, started_at, finished_at
    )


def to_runs(rows: Sequence[Sequence[Any]]) -> tuple[Run, ...]:
    """Build runs from rows of `RUN_COLUMNS`."""
    return tuple(to_run(row) for row in rows)


def to_summary(row: Sequence[Any]) -> CaseSummary:
    """Build a summary from a row that starts with `SUMMARY_COLUMNS`."""
    id_, pseudonym, state, code, urgency, emergency, review, *times = row[: len(SUMMARY_COLUMNS)]
    created, finished, confirmed_at, confirmed_by = times
    return CaseSummary(
        id=CaseId(id_),
        pseudonym=Pseudonym(pseudonym),
        state=CaseState(state),
        status_code=StatusCode(code),
        urgency=Urgency(urgency),
        emergency=bool(emergency),  # SQLite has no type for truth
        review_required=None if review is None else bool(review),
        created_at=created,
        finished_at=finished,
        confirmed_at=confirmed_at,
        confirmed_by=confirmed_by,
    )


def words(text: str) -> tuple[str, ...]:
    """Read a stored list of codes."""
    return tuple(orjson.loads(text))


def to_text(value: object) -> str:
    """Write a list or object of codes for storing."""
    return orjson.dumps(value).decode()
