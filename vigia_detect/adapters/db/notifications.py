from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.runs import SqlRuns
from vigia_detect.adapters.db.tables import alerts, attempts, notifications, runs, updates
from vigia_detect.domain.alert_states import (
    NOTIFICATION_TABLE,
    TOLD,
    NotificationEvent,
    NotificationState,
    Outcome,
)
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.ids import AlertId, CaseId, RunId, run_id
from vigia_detect.domain.notification import Channel, Recipient
from vigia_detect.domain.policy import NOTIFICATION
from vigia_detect.domain.records import StoredAlert, StoredNotification
from vigia_detect.domain.states import RunState, step

_OUTCOMES = {
    NotificationEvent.ACCEPT: Outcome.ACCEPTED,
    NotificationEvent.DELIVER: Outcome.ACCEPTED,
    NotificationEvent.FAIL: Outcome.TEMPORARY,
    NotificationEvent.WAIT: Outcome.TOLD_TO_WAIT,
    NotificationEvent.REFUSE: Outcome.PERMANENT,
    NotificationEvent.LOSE: Outcome.UNCERTAIN,
}
_AUDIT = {
    Outcome.ACCEPTED: AuditEvent.NOTIFICATION_ACCEPTED,
    Outcome.PERMANENT: AuditEvent.NOTIFICATION_FAILED,
    Outcome.UNCERTAIN: AuditEvent.NOTIFICATION_UNCERTAIN,
}
_HAS_WAITED = (
    notifications.c.held_until > notifications.c.planned_at,
    notifications.c.held_until <= now(),
)
_NOT_BEGUN = [state for (state, event) in NOTIFICATION_TABLE if event == NotificationEvent.SUPPRESS]


class SqlNotifications:
    """Rows of notifications and their attempts; each belongs to a run of its own."""

    def __init__(self, connection: Connection, runs: SqlRuns, audit: SqlAudit) -> None:
        self._connection = connection
        self._runs = runs
        self._audit = audit

    def add(
        self, planned: Sequence[StoredNotification], case_id: CaseId | None, queue: str
    ) -> tuple[Run, ...]:
        """Store notifications with their runs; return the runs, marked as published."""
        if not planned:
            return ()
        runs = tuple(Run(one.id, NOTIFICATION, one.alert_id, 0, queue) for one in planned)
        self._runs.add(runs, case_id)
        self._connection.execute(
            insert(notifications).values(planned_at=now()), [_row(one) for one in planned]
        )
        return runs

    def get(self, known: RunId) -> StoredNotification | None:
        """Return the notification of a run, or None."""
        query = select(notifications).where(notifications.c.id == known)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _to_notification(row)

    def of_alert(self, alert_id: AlertId, *, turn: int | None = None) -> list[StoredNotification]:
        """Return the notifications of an alert, or of one of its turns, in their order."""
        query = select(notifications).where(notifications.c.alert_id == alert_id)
        if turn is not None:
            query = query.where(notifications.c.turn == turn)
        ordered = query.order_by(notifications.c.turn, notifications.c.planned_at)
        return [_to_notification(row) for row in self._connection.execute(ordered)]

    def begin(self, run: Run, one: StoredNotification) -> None:
        """Note that this attempt begins to send, before it does."""
        self._move(one, NotificationEvent.SEND)
        self._connection.execute(
            insert(attempts).values(notification_id=one.id, attempt=run.attempt, started_at=now())
        )

    def end(
        self,
        run: Run,
        one: StoredNotification,
        event: NotificationEvent,
        *,
        subject: str,
        code: str | None = None,
        provider_id: str | None = None,
    ) -> None:
        """Note how the attempt that is being sent ended. `subject` is the audit entry's."""
        outcome = _OUTCOMES[event]
        self._connection.execute(
            update(attempts)
            .where(attempts.c.notification_id == one.id, attempts.c.attempt == run.attempt)
            .values(ended_at=now(), outcome=outcome, error_code=code)
        )
        told = {"accepted_at": now(), "provider_id": provider_id}
        self._move(one, event, **(told if outcome == Outcome.ACCEPTED else {}))
        if outcome in _AUDIT:
            detail = {"alert_id": one.alert_id, "channel": one.to.channel, "to": one.to.name}
            detail |= {"code": code} if code else {}
            entry = AuditEntry(_AUDIT[outcome], subject, "system", run.id, run.attempt, detail)
            self._audit.write([entry])

    def hold(self, known: RunId, until: float) -> None:
        """Note until when one waits for the end of quiet hours."""
        mine = update(notifications).where(notifications.c.id == known)
        self._connection.execute(mine.values(held_until=until))

    def held_with(self, one: StoredNotification, limit: int) -> list[tuple[RunId, int, AlertId]]:
        """Return (run, attempt, alert) of others that waited for the same person and address."""
        query = (
            select(notifications.c.id, runs.c.attempt, notifications.c.alert_id)
            .join(runs, runs.c.id == notifications.c.id)
            .where(
                runs.c.state == RunState.READY,
                notifications.c.id != one.id,
                notifications.c.recipient == one.to.name,
                notifications.c.channel == one.to.channel,
                notifications.c.address == one.to.address,
                *_HAS_WAITED,
            )
            .order_by(notifications.c.planned_at, notifications.c.id)
            .limit(limit)
        )
        rows = self._connection.execute(query)
        return [(RunId(row.id), row.attempt, AlertId(row.alert_id)) for row in rows]

    def mark_bundle(self, known: RunId, bundle: str) -> None:
        """Note which message told this one together with others."""
        mine = update(notifications).where(notifications.c.id == known)
        self._connection.execute(mine.values(bundle=bundle))

    def put_in_line(self, known: RunId, place_at: float) -> None:
        """Keep a notification's place in the line of its address."""
        mine = update(notifications).where(notifications.c.id == known)
        self._connection.execute(mine.values(place_at=place_at))

    def suppress(self, alert_id: AlertId) -> Sequence[RunId]:
        """Withdraw what has not begun to be sent; return which."""
        moved = self._connection.execute(
            update(notifications)
            .where(notifications.c.alert_id == alert_id, notifications.c.state.in_(_NOT_BEGUN))
            .values(state=NotificationState.SUPPRESSED)
            .returning(notifications.c.id)
        )
        return [RunId(row.id) for row in moved]

    def plan_updates(self, alert: StoredAlert, queue: str) -> tuple[Run, ...]:
        """Store a run for each message that a provider can edit; return the runs."""
        told = [
            one
            for one in self.of_alert(alert.id)
            # A bundle is not edited: it tells of other alerts, too.
            if one.state in TOLD and one.provider_id is not None and one.bundle is None
        ]
        ids = [run_id(alert.id, f"update:{alert.turn}:{one.id}") for one in told]
        runs = tuple(Run(known, NOTIFICATION, alert.id, 0, queue) for known in ids)
        if runs:
            self._runs.add(runs, alert.case_id)
            rows = [
                {"id": known, "notification_id": one.id}
                for known, one in zip(ids, told, strict=True)
            ]
            self._connection.execute(insert(updates), rows)
        return runs

    def updated_by(self, known: RunId) -> StoredNotification | None:
        """Return the notification whose message a run edits, or None."""
        query = (
            select(notifications)
            .join(updates, updates.c.notification_id == notifications.c.id)
            .where(updates.c.id == known)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _to_notification(row)

    def acceptance(self, since: float) -> list[tuple[str, float | None]]:
        """Return (kind, seconds to the first acceptance or None) of each turn since a time."""
        taken = func.min(notifications.c.accepted_at) - func.min(notifications.c.planned_at)
        query = (
            select(alerts.c.kind, taken)
            .join(alerts, alerts.c.id == notifications.c.alert_id)
            .where(notifications.c.planned_at >= since, ~alerts.c.drill)
            .group_by(alerts.c.kind, notifications.c.alert_id, notifications.c.turn)
        )
        return [(row[0], row[1]) for row in self._connection.execute(query)]

    def _move(self, one: StoredNotification, event: NotificationEvent, **values: object) -> None:
        # The run's own fence makes this process the only one; the state must agree with it.
        self._connection.execute(
            update(notifications)
            .where(notifications.c.id == one.id)
            .values(state=step(NOTIFICATION_TABLE, one.state, event), **values)
        )


def _row(one: StoredNotification) -> dict[str, Any]:
    return {
        "id": one.id,
        "alert_id": one.alert_id,
        "turn": one.turn,
        "step": one.step,
        "recipient": one.to.name,
        "role": one.to.role,
        "rank": one.rank,
        "channel": one.to.channel,
        "address": one.to.address,
        "state": one.state,
        "held_until": one.held_until,
    }


def _to_notification(row: Row[*tuple[Any, ...]]) -> StoredNotification:
    return StoredNotification(
        id=RunId(row.id),
        alert_id=AlertId(row.alert_id),
        turn=row.turn,
        step=row.step,
        rank=row.rank,
        to=Recipient(row.recipient, row.role, Channel(row.channel), row.address),
        state=NotificationState(row.state),
        provider_id=row.provider_id,
        planned_at=row.planned_at,
        accepted_at=row.accepted_at,
        held_until=row.held_until,
        bundle=row.bundle,
        place_at=row.place_at,
    )
