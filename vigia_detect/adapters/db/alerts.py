from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.prepared import insert_if_new
from vigia_detect.adapters.db.rows import to_text, words
from vigia_detect.adapters.db.runs import SqlRuns
from vigia_detect.adapters.db.tables import alerts, notifications, timers
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import (
    ESCALATION_TARGETS,
    UNACKNOWLEDGED,
    AlertKind,
    AlertRequest,
)
from vigia_detect.domain.ids import AlertId, CaseId, alert_id, run_id
from vigia_detect.domain.policy import NOTIFICATION, queue_of
from vigia_detect.domain.records import DueTimer, StoredAlert

_ADD = insert_if_new(
    alerts,
    ("id", "subject", "case_id", "kind", "reasons"),
    state=AlertState.OPEN,
    opened_at=now(),
)


class SqlAlerts:
    """Rows of alerts, with their notifications and deadlines."""

    def __init__(self, connection: Connection, runs: SqlRuns, audit: SqlAudit) -> None:
        self._connection = connection
        self._runs = runs
        self._audit = audit

    def open(
        self,
        subject: str,
        case_id: CaseId | None,
        request: AlertRequest,
        *,
        repeat_after_s: float,
        asked: bool = False,
    ) -> tuple[AlertId, tuple[Run, ...]]:
        """Open the alert unless it is open; return it and its notification runs, if new."""
        known = alert_id(subject, request.kind)
        added = _ADD.row(
            self._connection,
            id=known,
            subject=subject,
            case_id=case_id,
            kind=request.kind,
            reasons=to_text(request.reasons),
        )
        if added is None:
            return known, self._reopen(known, request, repeat_after_s, asked=asked)
        detail = {"alert_id": known, "kind": request.kind, "reasons": request.reasons}
        self._audit.write([AuditEntry(AuditEvent.ALERT_OPENED, subject, detail=detail)])
        return known, self._notify(known, request.kind, case_id, 1, repeat_after_s)

    def _reopen(
        self, known: AlertId, request: AlertRequest, repeat_after_s: float, *, asked: bool
    ) -> tuple[Run, ...]:
        """Open an acknowledged alert again when somebody asks or there is something new to say."""
        alert = self.get(known)
        if alert is None or alert.state == AlertState.OPEN:
            return ()
        new = tuple(reason for reason in request.reasons if reason not in alert.reasons)
        if not (asked or new):
            return ()
        moved = self._connection.execute(
            update(alerts)
            .where(alerts.c.id == known, alerts.c.state == AlertState.ACKNOWLEDGED)
            .values(
                state=AlertState.OPEN,
                reasons=to_text(alert.reasons + new),
                acknowledged_at=None,
                acknowledged_by=None,
            )
        )
        if moved.rowcount != 1:  # somebody else has just done it
            return ()
        # An old deadline that has not fired would tell the round that begins here once more.
        mine = (timers.c.kind == UNACKNOWLEDGED, timers.c.subject == known)
        self._connection.execute(
            update(timers).where(*mine, timers.c.fired_at.is_(None)).values(fired_at=now())
        )
        last = self._connection.execute(select(func.max(timers.c.round)).where(*mine)).scalar_one()
        detail = {"alert_id": known, "kind": request.kind, "reasons": request.reasons}
        self._audit.write([AuditEntry(AuditEvent.ALERT_REOPENED, alert.subject, detail=detail)])
        return self._notify(known, request.kind, alert.case_id, last + 1, repeat_after_s)

    def repeat(self, alert_id: AlertId, number: int, *, repeat_after_s: float) -> tuple[Run, ...]:
        """Notify once more if nobody has acknowledged; return the new notification runs."""
        alert = self.get(alert_id)
        if alert is None or alert.state != AlertState.OPEN:
            return ()
        detail = {"alert_id": alert_id, "round": number}
        self._audit.write([AuditEntry(AuditEvent.ALERT_REPEATED, alert.subject, detail=detail)])
        return self._notify(alert_id, alert.kind, alert.case_id, number, repeat_after_s)

    def acknowledge(self, alert_id: AlertId, by: str) -> bool:
        """Mark as acknowledged; False when it was already."""
        moved = self._connection.execute(
            update(alerts)
            .where(alerts.c.id == alert_id, alerts.c.state == AlertState.OPEN)
            .values(state=AlertState.ACKNOWLEDGED, acknowledged_at=now(), acknowledged_by=by)
            .returning(alerts.c.subject)
        ).one_or_none()
        if moved is None:
            return False
        detail = {"alert_id": alert_id}
        self._audit.write(
            [AuditEntry(AuditEvent.ALERT_ACKNOWLEDGED, moved.subject, by, detail=detail)]
        )
        return True

    def get(self, alert_id: AlertId) -> StoredAlert | None:
        """Return an alert, or None."""
        row = self._connection.execute(select(alerts).where(alerts.c.id == alert_id)).one_or_none()
        return None if row is None else _to_alert(row)

    def of_case(self, case_id: CaseId) -> Sequence[StoredAlert]:
        """Return the alerts of a case, oldest first."""
        query = select(alerts).where(alerts.c.case_id == case_id).order_by(alerts.c.opened_at)
        return [_to_alert(row) for row in self._connection.execute(query)]

    def list(self, *, limit: int) -> Sequence[StoredAlert]:
        """Return the newest alerts first."""
        query = select(alerts).order_by(alerts.c.opened_at.desc()).limit(limit)
        return [_to_alert(row) for row in self._connection.execute(query)]

    def open_by_kind(self) -> dict[str, int]:
        """Return how many alerts nobody has acknowledged, by kind."""
        query = (
            select(alerts.c.kind, func.count())
            .where(alerts.c.state == AlertState.OPEN)
            .group_by(alerts.c.kind)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def take_due(self, limit: int) -> tuple[DueTimer, ...]:
        """Win the deadlines that have passed; each is won once."""
        due = (
            select(timers.c.kind, timers.c.subject, timers.c.round)
            .where(timers.c.fired_at.is_(None), timers.c.due_at <= now())
            .order_by(timers.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        won = [DueTimer(*row) for row in self._connection.execute(due).all()]
        for timer in won:
            self._connection.execute(
                update(timers)
                .where(
                    timers.c.kind == timer.kind,
                    timers.c.subject == timer.subject,
                    timers.c.round == timer.round,
                )
                .values(fired_at=now())
            )
            detail = {"kind": timer.kind, "round": timer.round}
            self._audit.write([AuditEntry(AuditEvent.TIMER_FIRED, timer.subject, detail=detail)])
        return tuple(won)

    def any_due(self) -> bool:
        """Tell whether a deadline has passed (a cheap look)."""
        query = select(timers.c.kind).where(timers.c.fired_at.is_(None), timers.c.due_at <= now())
        return self._connection.execute(query.limit(1)).first() is not None

    def _notify(
        self,
        alert: AlertId,
        kind: AlertKind,
        case_id: CaseId | None,
        number: int,
        repeat_after_s: float,
    ) -> tuple[Run, ...]:
        target = ESCALATION_TARGETS[kind]
        queue = queue_of(NOTIFICATION, emergency=kind == AlertKind.EMERGENCY)
        planned = tuple(
            Run(run_id(alert, f"{channel}:{number}"), NOTIFICATION, alert, 0, queue)
            for channel in target.channels
        )
        self._runs.add(planned, case_id)
        self._connection.execute(
            insert(notifications),
            [
                {
                    "id": run.id,
                    "alert_id": alert,
                    "channel": channel,
                    "roles": to_text(target.roles),
                    "round": number,
                }
                for run, channel in zip(planned, target.channels, strict=True)
            ],
        )
        self._connection.execute(
            insert(timers).values(
                kind=UNACKNOWLEDGED, subject=alert, round=number, due_at=now() + repeat_after_s
            )
        )
        return planned


def _to_alert(row: Row[*tuple[Any, ...]]) -> StoredAlert:
    return StoredAlert(
        id=AlertId(row.id),
        subject=row.subject,
        case_id=row.case_id and CaseId(row.case_id),
        kind=AlertKind(row.kind),
        state=AlertState(row.state),
        reasons=words(row.reasons),
        opened_at=row.opened_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
    )
