"""Routine notifications in quiet hours: they wait, then go to each person as one message."""

from collections.abc import Callable
from typing import TypeVar

from vigia_detect.clinical.escalation import read_plan
from vigia_detect.domain.alert_states import NOTIFICATION_TABLE, AlertState, NotificationEvent
from vigia_detect.domain.bundle import BUNDLE
from vigia_detect.domain.escalation import Deadline
from vigia_detect.domain.ids import AlertId, RunId
from vigia_detect.domain.records import DueTimer, StoredNotification
from vigia_detect.ports import Store, UnitOfWork

MINUTE_S = 60
Taken = TypeVar("Taken")


def hold(store: Store, run_id: RunId, attempt: int) -> bool:
    """Let a notification wait when quiet hours have begun since it was planned.

    Returns:
        whether it waits.
    """
    with store.read() as work:
        if not _may_wait(work, run_id):
            return False
    with store.begin() as work:
        held = _hold(work, run_id, attempt)
        work.commit()
    return held


def _may_wait(work: UnitOfWork, run_id: RunId) -> bool:
    one = work.notifications.get(run_id)
    return one is not None and one.held_until is not None


def _hold(work: UnitOfWork, run_id: RunId, attempt: int) -> bool:
    one = work.notifications.get(run_id)
    alert = work.alerts.lock(one.alert_id) if one else None  # before the run, as who moves it does
    if one is None or alert is None or alert.state != AlertState.OPEN:
        return False
    plan, now = read_plan(alert.plan), work.now()
    until = plan.held_until(now)
    may_begin = (one.state, NotificationEvent.SEND) in NOTIFICATION_TABLE
    if until is None or until <= now or not may_begin:
        return False
    work.runs.postpone(run_id, attempt, until - now)
    if one.held_until != until:
        work.notifications.hold(run_id, until)
        work.timers.settle([run_id])
        # One deadline a night: its round is the minute in which the quiet ends.
        timer = DueTimer(Deadline.NOT_ACCEPTED, run_id, int(until // MINUTE_S))
        work.timers.arm([(timer, until + plan.policy.accept_within_s)])
    return True


def held_with(
    store: Store,
    one: StoredNotification,
    take: Callable[[UnitOfWork, RunId, int], Taken | None],
) -> list[Taken]:
    """Take the others that waited for the same person and address as `one`.

    Args:
        store: the database.
        one: the notification that is about to be sent.
        take: owns a run in a transaction. Each has its own: who holds two alerts could wait for a
            third.

    Returns:
        what `take` returned, without those that were not to be had.
    """
    if one.held_until is None or one.held_until <= one.planned_at:
        return []
    with store.read() as work:
        found = work.notifications.held_with(one, BUNDLE - 1)
    taken = [_take(store, take, *which) for which in found]
    return [each for each in taken if each is not None]


def _take(
    store: Store,
    take: Callable[[UnitOfWork, RunId, int], Taken | None],
    run_id: RunId,
    attempt: int,
    alert_id: AlertId,
) -> Taken | None:
    with store.begin() as work:
        work.alerts.lock(alert_id)  # before the run, as whoever moves the alert does
        work.runs.postpone(run_id, attempt, 0.0)  # its pause is over: it goes with the others
        taken = take(work, run_id, attempt)
        work.commit()
    return taken
