"""What is old enough to go, what is held, and what becomes of the rows that stay."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Update,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.prepared import insert_if_new
from vigia_detect.adapters.db.tables import (
    addenda,
    alerts,
    cases,
    earlier_results,
    holds,
    notifications,
    patients,
    retention,
    runs,
)
from vigia_detect.domain.alert_states import UNFINISHED
from vigia_detect.domain.ids import Pseudonym
from vigia_detect.domain.policy import NARRATIVE
from vigia_detect.domain.retention import DataKind
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CASE_ENDS, RUN_ENDS

ADD_PERIOD = insert_if_new(retention, ("kind", "days"), set_at=now())
LAST_ENTRY = func.coalesce(cases.c.finished_at, cases.c.created_at)
FORGOTTEN = "gone:"
FORGOTTEN_KEY: Mapping[str, Any] = {
    "idempotency_key": literal(FORGOTTEN).concat(cases.c.id),
    "fingerprint": b"",
}
_ENDED = cases.c.state.in_(CASE_ENDS)
_IN_FORCE = holds.c.released_at.is_(None)
_OPEN_ALERT = exists().where(alerts.c.case_id == cases.c.id, alerts.c.state.in_(UNFINISHED))

HELD = exists().where(
    _IN_FORCE, or_(holds.c.subject == cases.c.id, holds.c.subject == cases.c.pseudonym)
)
PATIENT_HELD = exists().where(
    _IN_FORCE,
    or_(
        holds.c.subject == patients.c.pseudonym,
        holds.c.subject.in_(
            select(cases.c.id).where(cases.c.pseudonym == patients.c.pseudonym).scalar_subquery()
        ),
    ),
)
# A narrative describes the picture, so it goes with what was found on it.
_DETAILS = or_(
    exists().where(
        runs.c.subject == cases.c.id,
        runs.c.task == Stage.IMAGE_ANALYSIS,
        runs.c.result.is_not(None),
    ),
    exists().where(addenda.c.case_id == cases.c.id, addenda.c.sealed.is_not(None)),
)
HAS: Mapping[DataKind, ColumnElement[bool]] = {
    DataKind.IMAGES: cases.c.image_ref != "",
    DataKind.DETAILS: or_(_DETAILS, ~_ENDED),
}


def open_work(which: ColumnElement[bool]) -> Select[str]:
    """Return the ids of cases that have not ended, and of alerts and runs that wait."""
    mine = select(cases.c.id).where(which)
    parts = (
        mine.where(~_ENDED),
        select(alerts.c.id).where(alerts.c.case_id.in_(mine), alerts.c.state.in_(UNFINISHED)),
        # Nobody waits for a narrative, and one that may never come must not forbid an erasure.
        select(runs.c.id).where(
            runs.c.case_id.in_(mine), runs.c.state.not_in(RUN_ENDS), runs.c.task != NARRATIVE
        ),
    )
    return select(union_all(*parts).subquery().c.id)


def holds_on(pseudonym: Pseudonym) -> Select[str]:
    """Return the ids of the holds on a patient or a case of the patient."""
    mine = select(cases.c.id).where(cases.c.pseudonym == pseudonym)
    return select(holds.c.id).where(
        _IN_FORCE, or_(holds.c.subject == pseudonym, holds.c.subject.in_(mine))
    )


def due_patients(before: float) -> Select[str]:
    """Return patients none of whose cases has an entry since then, or is open."""
    active = exists().where(
        cases.c.pseudonym == patients.c.pseudonym,
        or_(before <= LAST_ENTRY, ~_ENDED, _OPEN_ALERT),
    )
    return select(patients.c.pseudonym).where(
        patients.c.erased_at.is_(None), patients.c.created_at < before, ~active
    )


def _cases(*which: ColumnElement[bool]) -> Callable[[float], Select[str]]:
    return lambda before: select(cases.c.id).where(
        _ENDED, ~_OPEN_ALERT, before > LAST_ENTRY, *which
    )


def _notifications(before: float) -> Select[str]:
    return (
        select(notifications.c.id)
        .join(alerts, notifications.c.alert_id == alerts.c.id)
        .outerjoin(cases, alerts.c.case_id == cases.c.id)
        .where(
            notifications.c.planned_at < before,
            notifications.c.address != "",
            alerts.c.state.not_in(UNFINISHED),
        )
    )


DUE: Mapping[DataKind, Callable[[float], Select[str]]] = {
    DataKind.IMAGES: _cases(HAS[DataKind.IMAGES]),
    DataKind.DETAILS: _cases(_DETAILS),
    DataKind.IDEMPOTENCY: _cases(cases.c.idempotency_key.not_like(f"{FORGOTTEN}%")),
    DataKind.NOTIFICATIONS: _notifications,
}


def one_of(kind: DataKind, ids: Sequence[str]) -> Select[str]:
    """Select those of `ids` that are there, beside their cases."""
    if kind != DataKind.NOTIFICATIONS:
        return select(cases.c.id).where(cases.c.id.in_(ids))
    beside = notifications.join(alerts).outerjoin(cases, alerts.c.case_id == cases.c.id)
    return select(notifications.c.id).select_from(beside).where(notifications.c.id.in_(ids))


def patients_of(kind: DataKind, ids: Sequence[str]) -> Select[str]:
    """Select the patients to whom these belong."""
    mine = one_of(kind, ids).with_only_columns(cases.c.pseudonym)
    return select(patients.c.pseudonym).where(patients.c.pseudonym.in_(mine))


def earlier_details(ids: Sequence[str]) -> Delete:
    """Delete what the look at the picture gave before somebody asked for it again."""
    mine = select(runs.c.id).where(runs.c.subject.in_(ids), runs.c.task == Stage.IMAGE_ANALYSIS)
    return delete(earlier_results).where(earlier_results.c.run_id.in_(mine))


def narratives(ids: Sequence[str]) -> Update:
    """Forget what was told of these cases; that it was told stays."""
    return update(addenda).where(addenda.c.case_id.in_(ids)).values(sealed=None)


def _details(ids: Sequence[str]) -> Update:
    mine = runs.c.subject.in_(ids)
    return update(runs).where(mine, runs.c.task == Stage.IMAGE_ANALYSIS).values(result=None)


FORGET: Mapping[DataKind, Callable[[Sequence[str]], Update]] = {
    DataKind.IMAGES: lambda ids: update(cases).where(cases.c.id.in_(ids)).values(image_ref=""),
    DataKind.DETAILS: _details,
    DataKind.IDEMPOTENCY: lambda ids: (
        update(cases).where(cases.c.id.in_(ids)).values(**FORGOTTEN_KEY)
    ),
    DataKind.NOTIFICATIONS: lambda ids: (
        update(notifications).where(notifications.c.id.in_(ids)).values(address="")
    ),
}
