from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, select, update

from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.prepared import insert_if_new
from vigia_detect.adapters.db.rows import to_text, words
from vigia_detect.adapters.db.tables import alerts
from vigia_detect.domain.alert_states import UNFINISHED, AlertState
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.ids import AlertId, CaseId
from vigia_detect.domain.records import StoredAlert

_GIVEN = ("id", "subject", "case_id", "kind", "reasons", "plan", "drill")
_ADD = insert_if_new(
    alerts,
    _GIVEN,
    state=AlertState.OPEN,
    opened_at=now(),
    began_at=now(),
    told_at=now(),
    turn=0,
    step=0,
    repeats=0,
    declined="[]",
)
_UNFINISHED = alerts.c.state.in_(sorted(UNFINISHED))
# However many others there are, what somebody still has to do must not fall off a short list.
_PLACE = case(
    (and_(alerts.c.state == AlertState.OPEN, alerts.c.kind == AlertKind.EMERGENCY), 0),
    (_UNFINISHED, 1),
    else_=2,
)
_FIXED = frozenset({"id", "subject", "case_id", "kind", "opened_at"})


class SqlAlerts:
    """Rows of alerts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, alert: StoredAlert) -> bool:
        """Store a new open alert; False when its subject has one of this kind."""
        given = {**_columns(alert), "id": alert.id, "subject": alert.subject}
        given |= {"case_id": alert.case_id, "kind": alert.kind}
        return _ADD.row(self._connection, **{name: given[name] for name in _GIVEN}) is not None

    def lock(self, alert_id: AlertId) -> StoredAlert | None:
        """Return an alert, held until the transaction ends; or None."""
        return self._one(alert_id, lock=True)

    def save(self, alert: StoredAlert) -> None:
        """Write an alert that this transaction has locked."""
        self._connection.execute(
            update(alerts).where(alerts.c.id == alert.id).values(**_columns(alert))
        )

    def get(self, alert_id: AlertId) -> StoredAlert | None:
        """Return an alert, or None."""
        return self._one(alert_id, lock=False)

    def of_case(self, case_id: CaseId) -> Sequence[StoredAlert]:
        """Return the alerts of a case, oldest first."""
        query = select(alerts).where(alerts.c.case_id == case_id).order_by(alerts.c.opened_at)
        return [_to_alert(row) for row in self._connection.execute(query)]

    def list(self, *, limit: int) -> Sequence[StoredAlert]:
        """Return open emergencies first, then what nobody has acted on, each the newest first."""
        query = select(alerts).order_by(_PLACE, alerts.c.opened_at.desc()).limit(limit)
        return [_to_alert(row) for row in self._connection.execute(query)]

    def unfinished(self) -> Sequence[AlertId]:
        """Return the alerts that nobody has acted on."""
        query = select(alerts.c.id).where(_UNFINISHED)
        return [AlertId(row.id) for row in self._connection.execute(query)]

    def open_by_kind(self) -> dict[str, int]:
        """Return how many alerts nobody has acknowledged, by kind, drills left out."""
        query = (
            select(alerts.c.kind, func.count())
            .where(alerts.c.state == AlertState.OPEN, ~alerts.c.drill)
            .group_by(alerts.c.kind)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def _one(self, alert_id: AlertId, *, lock: bool) -> StoredAlert | None:
        query = select(alerts).where(alerts.c.id == alert_id)
        if lock:
            query = query.with_for_update()
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _to_alert(row)


def _columns(alert: StoredAlert) -> dict[str, Any]:
    """Return what may change of an alert."""
    lists = {"reasons": to_text(alert.reasons), "declined": to_text(alert.declined)}
    names = [column.name for column in alerts.columns if column.name not in _FIXED]
    return {name: lists.get(name, getattr(alert, name)) for name in names}


def _to_alert(row: Row[*tuple[Any, ...]]) -> StoredAlert:
    kept: dict[str, Any] = row._asdict()
    kept |= {"reasons": words(row.reasons), "declined": words(row.declined)}
    kept |= {"kind": AlertKind(row.kind), "state": AlertState(row.state), "drill": bool(row.drill)}
    return StoredAlert(**kept)
