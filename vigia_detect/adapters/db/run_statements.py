"""The statements on `runs`, built once. What may follow what comes from the transition table."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Update,
    and_,
    bindparam,
    case,
    exists,
    insert,
    null,
    or_,
    select,
    update,
)

from vigia_detect.adapters.db.engine import among, now
from vigia_detect.adapters.db.prepared import Prepared
from vigia_detect.adapters.db.rows import RUN_COLUMNS, STATUS_COLUMNS
from vigia_detect.adapters.db.tables import runs
from vigia_detect.domain.policy import Queue
from vigia_detect.domain.stages import INPUTS, Stage
from vigia_detect.domain.states import RUN_ENDS, RUN_TABLE, RunEvent, RunState, move

LOST_AFTER_S = 1.0
"""A message sent this long ago to a queue that is empty now is lost (or just being claimed)."""

STALE_AFTER_S = 60.0
"""The last net: a message this old is sent again whatever the broker says; after that twice as old,
three times and so on, so that a long backlog is not made longer and longer by its own copies."""


def _moved(event: RunEvent, **values: object) -> Update:
    """Return the compare-and-set of one transition on the run `:id`."""
    source, target = move(RUN_TABLE, event)
    return (
        update(runs)
        .where(runs.c.id == bindparam("id_"), runs.c.state == source)
        .values(state=target, **values)
    )


CLAIM = Prepared(
    _moved(
        RunEvent.CLAIM,
        attempt=runs.c.attempt + 1,
        started_at=now(),
        lease_until=now() + bindparam("lease_s"),
    )
    .where(runs.c.attempt == bindparam("attempt_"), runs.c.not_before <= now())
    .returning(*RUN_COLUMNS)
)
_MINE = runs.c.attempt == bindparam("attempt_")
_ENDED = {"finished_at": now(), "lease_until": None}
FINISH = Prepared(_moved(RunEvent.FINISH, result=bindparam("result_"), **_ENDED).where(_MINE))
EXHAUST = Prepared(_moved(RunEvent.EXHAUST, error_code=bindparam("code"), **_ENDED).where(_MINE))
_BACK: dict[str, Any] = {"lease_until": None, "published_at": None, "publishes": 0}
RETRY = Prepared(
    _moved(
        RunEvent.RETRY,
        error_code=bindparam("code"),
        not_before=now() + bindparam("delay_s"),
        outages=runs.c.outages + bindparam("outage"),
        **_BACK,
    ).where(_MINE)
)
LOSE = Prepared(_moved(RunEvent.LOSE, error_code=bindparam("code"), **_BACK).where(_MINE))
POSTPONE = Prepared(
    update(runs)
    .where(runs.c.id == bindparam("id_"), runs.c.state == RunState.READY, _MINE)
    .values(not_before=now() + bindparam("delay_s"), published_at=None, publishes=0)
)
RENEW = Prepared(
    update(runs)
    .where(runs.c.id == bindparam("id_"), runs.c.state == RunState.RUNNING, _MINE)
    .values(lease_until=now() + bindparam("lease_s"))
)
_RESULTS = select(runs.c.task, runs.c.result).where(
    runs.c.subject == bindparam("case_id_"), runs.c.result.is_not(None)
)
RESULTS = Prepared(_RESULTS)
INPUT_RESULTS = {
    stage: Prepared(_RESULTS.where(among(runs.c.task, inputs)))
    for stage, inputs in INPUTS.items()
    if inputs
}
OF_CASE = Prepared(select(*STATUS_COLUMNS).where(runs.c.subject == bindparam("case_id_")))


def _joined(stage: Stage) -> Prepared:
    """Return the statement that makes `stage` ready once all of its inputs have ended."""
    source, target = move(RUN_TABLE, RunEvent.INPUTS_ENDED)
    others = runs.alias()
    open_input = exists().where(
        others.c.subject == bindparam("case_id_"),
        among(others.c.task, INPUTS[stage]),
        ~among(others.c.state, RUN_ENDS),
    )
    return Prepared(
        update(runs)
        .where(
            runs.c.subject == bindparam("case_id_"),
            runs.c.task == stage,
            runs.c.state == source,
            ~open_input,
        )
        .values(state=target, published_at=now(), publishes=1)
        .returning(*RUN_COLUMNS)
    )


JOIN = {stage: _joined(stage) for stage in Stage if INPUTS[stage]}

_OVERDUE = or_(
    and_(
        runs.c.state == RunState.READY,
        runs.c.not_before <= now(),
        or_(runs.c.published_at.is_(None), runs.c.published_at < now() - LOST_AFTER_S),
    ),
    and_(runs.c.state == RunState.RUNNING, runs.c.lease_until < now()),
)

OVERDUE = Prepared(select(exists().where(_OVERDUE)))

# However many narratives wait, they hold up nothing else.
_RANK = case((runs.c.queue == Queue.EMERGENCY, 0), (runs.c.queue == Queue.NARRATIVE, 2), else_=1)
_WANTED = (
    select(runs.c.id)
    .where(
        runs.c.state == RunState.READY,
        runs.c.not_before <= now(),
        or_(
            runs.c.published_at.is_(None),
            runs.c.published_at < now() - STALE_AFTER_S * runs.c.publishes,
            and_(
                runs.c.published_at < now() - LOST_AFTER_S,
                runs.c.queue.in_(bindparam("idle", expanding=True)),
            ),
        ),
    )
    .order_by(_RANK, runs.c.not_before)
    .limit(bindparam("limit_"))
    .with_for_update(skip_locked=True)
)
TAKE_UNPUBLISHED = (
    update(runs)
    .where(runs.c.id.in_(_WANTED))
    .values(published_at=now(), publishes=runs.c.publishes + 1)
    .returning(*RUN_COLUMNS)
)
UNPUBLISH = (
    update(runs)
    .where(runs.c.id.in_(bindparam("ids", expanding=True)), runs.c.state == RunState.READY)
    .values(published_at=None)
)
_LAPSED = and_(runs.c.state == RunState.RUNNING, runs.c.lease_until < now())
LAPSED = Prepared(
    select(*RUN_COLUMNS).where(_LAPSED).order_by(runs.c.lease_until).limit(bindparam("limit_"))
)
WIN_LAPSED = Prepared(
    select(runs.c.id)
    .where(runs.c.id == bindparam("id_"), _MINE, _LAPSED)
    .with_for_update(skip_locked=True)
)
ADDED = ("id", "case_id", "subject", "task", "queue", "state", "attempt", "publishes")
ADD = Prepared(
    insert(runs).values(
        not_before=now(),
        published_at=case((bindparam("waits", type_=Boolean), null()), else_=now()),
        **{name: bindparam(name) for name in ADDED},
    )
)
