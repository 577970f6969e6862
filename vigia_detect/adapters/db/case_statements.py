"""The statements on `cases`, built once. What may follow what comes from the transition table."""

from collections.abc import Mapping

from sqlalchemy import Boolean, bindparam, case, func, select, update

from vigia_detect.adapters.db.engine import among, now
from vigia_detect.adapters.db.prepared import Prepared, insert_if_new
from vigia_detect.adapters.db.rows import SUMMARY_COLUMNS
from vigia_detect.adapters.db.tables import alerts, cases, patients, runs
from vigia_detect.domain.alert_states import UNFINISHED
from vigia_detect.domain.states import CASE_TABLE, CaseEvent, CaseState, StatusCode, move
from vigia_detect.domain.triage import Urgency

_PATIENT_KEY = (patients.c.wrapped_key, patients.c.sealed_code, patients.c.erased_at)
_PATIENT = select(*_PATIENT_KEY).where(patients.c.pseudonym == bindparam("pseudonym_"))
PATIENT = Prepared(_PATIENT)
HOLD_PATIENT = Prepared(_PATIENT.with_for_update(read=True, key_share=True))
ADD_PATIENT = insert_if_new(
    patients, ("pseudonym", "wrapped_key", "sealed_code", "key_version"), created_at=now()
)
ADD = insert_if_new(
    cases,
    (
        "id",
        "pseudonym",
        "idempotency_key",
        "fingerprint",
        "sealed",
        "image_ref",
        "emergency",
        "urgency",
    ),
    state=CaseState.ACCEPTED,
    status_code=StatusCode.QUEUED,
    created_at=now(),
)
GET = Prepared(
    select(
        *SUMMARY_COLUMNS,
        cases.c.sealed,
        cases.c.image_ref,
        *_PATIENT_KEY,
    )
    .join(patients)
    .where(cases.c.id == bindparam("id_"))
)
_STARTED_FROM, _STARTED = move(CASE_TABLE, CaseEvent.START)
START = Prepared(
    update(cases)
    .where(cases.c.id == bindparam("id_"), cases.c.state == _STARTED_FROM)
    .values(state=_STARTED, status_code=StatusCode.ANALYSING)
)
# `key_share`: whoever adds an alert of the case meanwhile only needs its key and must not wait.
LOCK = Prepared(
    select(cases.c.id).where(cases.c.id == bindparam("id_")).with_for_update(key_share=True)
)


def _decided(urgency: Urgency) -> Prepared:
    """Return the statement that writes a verdict; a higher urgency that is there already stays."""
    higher = [level for level in Urgency if level.rank > urgency.rank]
    kept = case((among(cases.c.urgency, [*higher, urgency]), cases.c.urgency), else_=urgency.value)
    return Prepared(
        update(cases)
        .where(cases.c.id == bindparam("id_"))
        .values(
            urgency=kept,
            review_required=bindparam("review"),
            may_be_grave=bindparam("grave"),
            decisions=cases.c.decisions + 1,
            # What a person has confirmed was the decision before.
            confirmed_at=None,
            confirmed_by=None,
        )
        .returning(cases.c.urgency)
    )


DECIDE = {urgency: _decided(urgency) for urgency in Urgency}
_OPEN_ALERTS = (
    select(func.count())
    .select_from(alerts)
    .where(alerts.c.case_id == bindparam("id_"), among(alerts.c.state, UNFINISHED))
    .scalar_subquery()
)
ENDING = Prepared(
    select(
        runs.c.task,
        runs.c.state,
        cases.c.review_required,
        cases.c.confirmed_at,
        cases.c.state,
        cases.c.status_code,
        _OPEN_ALERTS,
    )
    .join(cases, runs.c.subject == cases.c.id)
    .where(cases.c.id == bindparam("id_"))
)


def _ended(event: CaseEvent) -> Prepared:
    """Return the compare-and-set of one way to end."""
    source, target = move(CASE_TABLE, event)
    return Prepared(
        update(cases)
        .where(cases.c.id == bindparam("id_"), cases.c.state == source)
        .values(state=target, status_code=bindparam("code"), finished_at=now())
        .returning(cases.c.state)
    )


END: Mapping[CaseEvent, Prepared] = {
    event: _ended(event) for source, event in CASE_TABLE if source == CaseState.PROCESSING
}
SETTLE = Prepared(
    update(cases)
    .where(cases.c.id == bindparam("id_"), cases.c.state == bindparam("source"))
    .values(state=bindparam("target"), status_code=bindparam("code"))
)
CONFIRM = Prepared(
    update(cases)
    .where(cases.c.id == bindparam("id_"))
    .values(confirmed_at=now(), confirmed_by=bindparam("by"))
)
RESEAL = Prepared(
    update(cases).where(cases.c.id == bindparam("id_")).values(sealed=bindparam("file"))
)
_FROM = [source for source, event in CASE_TABLE if event == CaseEvent.REOPEN]
# The urgency stays: it can only rise. The rest of triage's word, and whoever has confirmed it, go
# when triage is done again.
REOPEN = Prepared(
    update(cases)
    .where(cases.c.id == bindparam("id_"), among(cases.c.state, _FROM))
    .values(
        state=CaseState.PROCESSING,
        status_code=StatusCode.ANALYSING,
        finished_at=None,
        **{
            name: case((bindparam("keep", type_=Boolean), cases.c[name]))
            for name in ("review_required", "may_be_grave", "confirmed_at", "confirmed_by")
        },
    )
)
