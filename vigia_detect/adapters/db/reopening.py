"""Runs that begin anew. What they gave is kept: a person may have acted on it."""

import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.rows import RUN_COLUMNS, to_run
from vigia_detect.adapters.db.tables import earlier_results, runs
from vigia_detect.domain.audit import RUN_AUDIT, AuditEntry
from vigia_detect.domain.case import Run
from vigia_detect.domain.ids import CaseId, RunId
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import RUN_TABLE, RunEvent, RunState, step

_FRESH: dict[str, Any] = {
    "earlier": runs.c.attempt,
    "outages": 0,
    "result": None,
    "error_code": None,
    "started_at": None,
    "finished_at": None,
    "not_before": now(),
}
_BEGINS: dict[RunEvent, dict[str, Any]] = {
    RunEvent.REOPEN: {"published_at": now(), "publishes": 1},
    RunEvent.WAIT_AGAIN: {"published_at": None, "publishes": 0},
}


def begin_anew(
    connection: Connection,
    audit: SqlAudit,
    case_id: CaseId,
    stage: Stage,
    *,
    event: RunEvent,
    by: str,
) -> Run:
    """Move an ended run of a case by `event` and keep its result; return it as it now is.

    Raises:
        UnknownTransitionError: it has not ended.
    """
    query = (
        select(*RUN_COLUMNS, runs.c.state, runs.c.error_code, runs.c.result)
        .where(runs.c.subject == case_id, runs.c.task == stage)
        .with_for_update()
    )
    found = connection.execute(query).one()
    target = step(RUN_TABLE, RunState(found.state), event)
    if found.result is not None:
        kept = {"run_id": found.id, "attempt": found.attempt, "result": found.result}
        connection.execute(insert(earlier_results).values(replaced_at=now(), **kept))
    connection.execute(
        update(runs).where(runs.c.id == found.id).values(state=target, **_FRESH, **_BEGINS[event])
    )
    audit.write([_entry(event, case_id, by, found)])
    return replace(to_run(found), earlier=found.attempt, outages=0)


def results_before(connection: Connection, run_id: RunId) -> dict[int, bytes]:
    """Return the encrypted results that a run gave before it began anew, by attempt."""
    query = (
        select(earlier_results.c.attempt, earlier_results.c.result)
        .where(earlier_results.c.run_id == run_id)
        .order_by(earlier_results.c.attempt)
    )
    return {row.attempt: row.result for row in connection.execute(query)}


def _entry(event: RunEvent, case_id: CaseId, by: str, found: Row[*tuple[Any, ...]]) -> AuditEntry:
    detail: dict[str, Any] = {"task": found.task}
    if found.result is not None:
        detail["result"] = hashlib.sha256(found.result).hexdigest()
    if found.error_code is not None:
        detail["code"] = found.error_code
    return AuditEntry(RUN_AUDIT[event], case_id, by, found.id, found.attempt, detail)
