"""Runs that were given up and still wait for a person to ask for them again."""

from collections.abc import Sequence

from sqlalchemy import Connection, exists, or_, select

from vigia_detect.adapters.db.rows import RUN_COLUMNS, to_run
from vigia_detect.adapters.db.tables import alerts, notifications, runs
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.policy import NARRATIVE, NOTIFICATION
from vigia_detect.domain.records import FailedRun
from vigia_detect.domain.states import RunState

_later = notifications.alias()
_told_again = exists().where(
    _later.c.alert_id == notifications.c.alert_id,
    _later.c.recipient == notifications.c.recipient,
    _later.c.rank == notifications.c.rank,
    _later.c.turn > notifications.c.turn,
)
# A notification matters while its alert is open and nobody was told by the same contact since.
_STILL_WANTED = (
    exists()
    .where(notifications.c.id == runs.c.id, alerts.c.id == notifications.c.alert_id)
    .where(alerts.c.state == AlertState.OPEN, ~_told_again)
    .correlate(runs)
)
_GIVEN_UP = (
    select(*RUN_COLUMNS, runs.c.case_id, runs.c.error_code, runs.c.finished_at)
    .where(
        runs.c.state == RunState.FAILED,
        runs.c.task != NARRATIVE,  # nothing lacks but words about a result; the case says so
        or_(runs.c.task != NOTIFICATION, _STILL_WANTED),
    )
    .order_by(runs.c.finished_at.desc())
)


def failed_runs(
    connection: Connection, limit: int, *, run_id: RunId | None = None
) -> Sequence[FailedRun]:
    """Return runs that were given up, the newest first, or the one that is asked for."""
    query = _GIVEN_UP.limit(limit)
    if run_id is not None:
        query = query.where(runs.c.id == run_id)
    return [
        FailedRun(to_run(row), row.case_id, row.error_code or "", row.finished_at)
        for row in connection.execute(query)
    ]
