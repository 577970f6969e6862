"""States beside what the newest entry says of them: one that was set by hand differs from it.

Each row has `said`, by column, as far as entries say it; the verifier compares (`trail.implied`).
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import orjson
from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from vigia_detect.adapters.db.engine import among
from vigia_detect.adapters.db.people_tables import account_tokens, accounts
from vigia_detect.adapters.db.run_statements import JOIN
from vigia_detect.adapters.db.tables import (
    alerts,
    audit,
    cases,
    holds,
    patients,
    retention,
    reviews,
    runs,
)
from vigia_detect.domain.audit import RUN_AUDIT
from vigia_detect.domain.people import TokenKind
from vigia_detect.domain.states import RUN_TABLE, RunState

_Row: TypeAlias = Row[*tuple[Any, ...]]
Shown: TypeAlias = dict[str, Any]

ALERT_STATES = {
    "alert.opened": "open",
    "alert.reopened": "open",
    "alert.declined": "open",
    "alert.acknowledged": "acknowledged",
    "alert.acted": "acted",
    "alert.closed": "closed",
    "alert.superseded": "superseded",
}
CASE_STATES = {
    "case.accepted": "accepted",
    "case.started": "processing",
    "case.reopened": "processing",
    "case.ended": None,
    "case.settled": None,
}
"""None: the entry's detail names the state."""
RUN_STATES = {RUN_AUDIT[event]: state for (_, event), state in RUN_TABLE.items()}
REVIEWED = ("review.confirmed", "review.corrected")


def _newest(subject: ColumnElement[Any], *where: ColumnElement[bool]) -> Any:
    """Return the id of the newest entry about a row of the query around it."""
    found = select(func.max(audit.c.id)).where(audit.c.subject == subject, *where)
    return found.correlate_except(audit).scalar_subquery()


def _of(*events: str) -> ColumnElement[bool]:
    return audit.c.event.in_(events)


def _says(text: str | ColumnElement[Any]) -> ColumnElement[bool]:
    return audit.c.detail.contains(text)


_first, _second, _third = (audit.alias(name) for name in ("first", "second", "third"))

CASES = (
    select(
        *(cases.c.id, cases.c.state, cases.c.urgency, cases.c.confirmed_by),
        cases.c.decisions,
        patients.c.erased_at,
        select(func.count())
        .where(reviews.c.case_id == cases.c.id)
        .correlate(cases)
        .scalar_subquery()
        .label("reviews"),
        select(func.count())
        .where(audit.c.subject == cases.c.id, _of(*REVIEWED))
        .correlate(cases)
        .scalar_subquery()
        .label("reviewed"),
        *(_first.c.event, _first.c.detail),
        _second.c.detail.label("decided"),
        *(_third.c.event.label("judged"), _third.c.actor),
        _newest(cases.c.id, _of("case.erased")).label("erased"),
    )
    .select_from(cases)
    .join(patients, patients.c.pseudonym == cases.c.pseudonym)
    .outerjoin(_first, _first.c.id == _newest(cases.c.id, _of(*CASE_STATES)))
    .outerjoin(_second, _second.c.id == _newest(cases.c.id, _of("case.accepted", "decision.made")))
    .outerjoin(_third, _third.c.id == _newest(cases.c.id, _of("review.confirmed", "decision.made")))
)
RUNS = select(
    *(runs.c.id, runs.c.subject, runs.c.attempt, runs.c.state),
    among(runs.c.task, JOIN).label("waits"),
    _first.c.event,
).outerjoin_from(
    runs,
    _first,
    _first.c.id == _newest(runs.c.subject, _of(*RUN_STATES), audit.c.run_id == runs.c.id),
)
ALERTS = select(alerts.c.id, alerts.c.state, _first.c.event, _first.c.detail).outerjoin_from(
    alerts, _first, _first.c.id == _newest(alerts.c.subject, _of(*ALERT_STATES), _says(alerts.c.id))
)
HOLDS = (
    select(
        _first.c.subject.label("id"),
        _first.c.detail,
        holds.c.id.label("there"),
        *(holds.c.subject.label("case"), holds.c.released_at),
        _newest(_first.c.subject, _of("hold.released")).label("released"),
    )
    .outerjoin_from(_first, holds, holds.c.id == _first.c.subject)
    .where(_first.c.event == "hold.placed")
)
_roles_given = or_(_of("person.added"), and_(_of("person.changed"), _says('"what":"roles"')))
_closed = and_(_of("person.changed"), _says('"what":"disabled"'))
ACCOUNTS = select(
    *(accounts.c.id, accounts.c.roles, accounts.c.disabled_at, _first.c.detail),
    _newest(accounts.c.id, _closed).label("closed"),
).outerjoin_from(accounts, _first, _first.c.id == _newest(accounts.c.id, _roles_given))
_account, _token = account_tokens.c.account_id, account_tokens.c.id
TOKENS = (
    select(
        *(_token, account_tokens.c.scopes, account_tokens.c.revoked_at, _first.c.detail),
        _newest(_account, _of("token.revoked"), _says(_token)).label("revoked"),
    )
    .outerjoin_from(
        account_tokens,
        _first,
        _first.c.id == _newest(_account, _of("token.created"), _says(_token)),
    )
    .where(account_tokens.c.kind == TokenKind.API)
)
RETENTION = select(retention.c.kind.label("id"), retention.c.days, _first.c.detail).outerjoin_from(
    retention, _first, _first.c.id == _newest(retention.c.kind, _of("retention.lengthened"))
)


def _case(row: _Row) -> Shown:
    shown = {"id": row.id, "state": row.state, "urgency": row.urgency, "reviews": row.reviews}
    shown |= {"confirmed_by": row.confirmed_by, "erased": row.erased_at is not None}
    shown["decisions"] = row.decisions
    detail, decided = _detail(row.detail), _detail(row.decided)
    said = {"reviews": row.reviewed, "erased": row.erased is not None}
    said["state"] = CASE_STATES.get(row.event) or detail.get("state")
    if "urgency" in decided:
        said["urgency"] = decided["urgency"]
    if row.confirmed_by is not None:  # a stage that is asked for again takes it back by itself
        said["confirmed_by"] = row.actor if row.judged == "review.confirmed" else None
    return shown | {"said": said}


def _run(row: _Row) -> Shown:
    shown = {"id": row.id, "subject": row.subject, "attempt": row.attempt, "state": row.state}
    waits = bool(row.waits)
    begun = RunState.WAITING if waits else RunState.READY
    return shown | {"waits": waits, "said": {"state": RUN_STATES.get(row.event, begun)}}


def _alert(row: _Row) -> Shown:
    said = _detail(row.detail).get("state") or ALERT_STATES.get(row.event)
    if row.event == "alert.declined" and "state" not in _detail(row.detail):
        # From before entries said it: who does not have the alert leaves it with who does.
        said = "acknowledged" if row.state == "acknowledged" else "open"
    return {"id": row.id, "state": row.state, "said": {"state": said}}


def _hold(row: _Row) -> Shown:
    shown = {"id": row.id, "there": row.there is not None, "in_force": row.released_at is None}
    said: Shown = {"there": True}
    if row.there is not None:
        said["in_force"] = row.released is None
    case = _detail(row.detail).get("case")
    if row.there is not None and case is not None:
        shown["case"], said["case"] = row.case, case
    return shown | {"said": said}


def _person(row: _Row) -> Shown:
    shown = {"id": row.id, "roles": _words(row.roles), "open": row.disabled_at is None}
    said = {"roles": _detail(row.detail).get("roles"), "open": row.closed is None}
    return shown | {"said": said}


def _api_token(row: _Row) -> Shown:
    scopes = None if row.scopes is None else _words(row.scopes)
    shown = {"id": row.id, "scopes": scopes, "revoked": row.revoked_at is not None}
    said: Shown = {"scopes": _detail(row.detail).get("scopes", False)}
    if row.revoked is not None:
        said["revoked"] = True
    return shown | {"said": said}


def _period(row: _Row) -> Shown:
    said = {"days": _detail(row.detail).get("days")}
    return {"id": row.id, "days": row.days, "said": said}


def _detail(text: object) -> Mapping[str, Any]:
    """Return an entry's detail; nothing when somebody has put something else in its place."""
    try:
        found = orjson.loads(text)  # type: ignore[arg-type]
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _words(text: str) -> object:
    try:
        return sorted(orjson.loads(text))
    except (orjson.JSONDecodeError, TypeError):
        return None


STANDING: dict[str, tuple[Select[Any], Callable[[_Row], Shown]]] = {
    "cases": (CASES, _case),
    "runs": (RUNS, _run),
    "alerts": (ALERTS, _alert),
    "holds": (HOLDS, _hold),
    "accounts": (ACCOUNTS, _person),
    "account_tokens": (TOKENS, _api_token),
    "retention": (RETENTION, _period),
}
"""By table: the query, and how a row is shown."""
