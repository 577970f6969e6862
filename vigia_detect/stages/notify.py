"""Sends one notification: note that we begin, send outside of any transaction, note how it ended.

What is in between when a process dies is unknown to all: the attempt is noted as uncertain and the
notification is sent again under the same id, by which a provider can tell that it is the same.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TypeAlias

from vigia_detect.alert_ports import Channels
from vigia_detect.clinical.escalation import read_plan
from vigia_detect.domain.alert_states import AlertState, NotificationEvent, NotificationState
from vigia_detect.domain.bundle import bundle_id, join
from vigia_detect.domain.case import Run
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.domain.policy import TaskPolicy, backoff_s, may_retry
from vigia_detect.domain.records import StoredAlert, StoredNotification
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import ChannelTemporaryError, LeaseLostError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.escalation import next_channel
from vigia_detect.stages.gatekeeper import ask, note
from vigia_detect.stages.lease import LeaseKeeper
from vigia_detect.stages.messages import compose, outcome
from vigia_detect.stages.quiet import held_with, hold
from vigia_detect.stages.relay import Relay
from vigia_detect.stages.runner import error_code

LinkMaker: TypeAlias = Callable[[Message, Recipient], str | None]

log = get_logger()


@dataclass(frozen=True, slots=True)
class Sending:
    """A notification that this process now sends, or whose message it now edits."""

    run: Run
    one: StoredNotification
    alert: StoredAlert
    edits: bool = False

    @property
    def subject(self) -> str:
        """What the audit trail files it under."""
        return self.alert.case_id or self.alert.id


class NotificationRunner:
    """Hands notifications to their channels, each once as far as a provider can tell."""

    def __init__(
        self,
        *,
        store: Store,
        relay: Relay,
        channels: Channels,
        policies: Mapping[str, TaskPolicy],
        leases: LeaseKeeper,
        link_for: LinkMaker | None = None,
    ) -> None:
        self._store = store
        self._relay = relay
        self._channels = channels
        self._policies = policies
        self._leases = leases
        self._link_for = link_for

    def run(self, run_id: RunId, attempt: int) -> None:
        """Send the notification that a message names, or do nothing if it is out of date."""
        if hold(self._store, run_id, attempt):
            return
        ready: tuple[Run, ...] = ()
        with self._store.begin() as work:  # durable: what may have been sent must be on record
            sending = None
            wait = _wait_s(work, run_id)
            if wait > 0:
                ready = _postpone(work, run_id, attempt, wait)
            else:
                sending = claim(work, run_id, attempt, self._leases.lease_s)
            work.commit()
        self._relay.send(ready)
        if sending is None:
            return
        try:
            if sending.edits:
                self._update(sending)
            else:
                self._send(sending)
        except LeaseLostError:
            log.warning("lease_lost", run_id=run_id)

    def _send(self, sending: Sending) -> None:
        """Send a notification, with those that waited with it for the end of quiet hours."""
        together = (sending, *held_with(self._store, sending.one, self._claim))
        bundle = bundle_id([each.one.id for each in together]) if together[1:] else None
        try:
            message = join(bundle, [self._message(each) for each in together])
            with ExitStack() as leases:
                for each in together:
                    leases.enter_context(self._leases.keep(each.run))
                receipt = self._channels.send(message, sending.one.to)
        except Exception as error:  # noqa: BLE001 - whatever a channel raises, the alert is not told
            for each in together:
                self._end(self._failed, each, error)
            note(self._store, sending.one.to, error)
        else:
            for each in together:
                self._end(self._accepted, each, receipt, bundle)
            note(self._store, sending.one.to, None)

    def _end(self, end: Callable[..., None], each: Sending, *how: object) -> None:
        """End one; that it is ours no more does not keep the others from being ended."""
        try:
            end(each, *how)
        except LeaseLostError:
            log.warning("lease_lost", run_id=each.run.id)

    def _claim(self, work: UnitOfWork, run_id: RunId, attempt: int) -> Sending | None:
        return claim(work, run_id, attempt, self._leases.lease_s)

    def _update(self, sending: Sending) -> None:
        """Edit a message to say who has the alert; that it fails tells nobody less."""
        run, one, alert = sending.run, sending.one, sending.alert
        plan, policy = read_plan(alert.plan), self._policies[sending.run.task]
        text = outcome(alert, plan.lang)
        error: Exception | None = None
        try:
            with self._leases.keep(run):
                message = compose(alert, one, plan, link=None)
                self._channels.update(message, one.to, one.provider_id or "", text)
        except Exception as caught:  # noqa: BLE001 - whatever a channel raises, it is noted
            error = caught
        with self._store.begin() as work:
            if error is None:
                work.runs.finish(run, None)
            elif may_retry(policy, run.attempt, retryable=getattr(error, "retryable", True)):
                work.runs.retry(run, error_code(error), _pause_s(policy, run, error))
            else:
                work.runs.exhaust(run, error_code(error))
            work.commit()

    def _message(self, sending: Sending) -> Message:
        plan = read_plan(sending.alert.plan)
        message = compose(sending.alert, sending.one, plan, link=None)
        link = self._link_for(message, sending.one.to) if self._link_for else None
        return replace(message, link=link)

    def _accepted(self, sending: Sending, receipt: Receipt, bundle: str | None) -> None:
        event = NotificationEvent.DELIVER if receipt.delivered else NotificationEvent.ACCEPT
        run, one = sending.run, sending.one
        with self._store.begin() as work:
            work.runs.finish(run, None)
            work.notifications.end(
                run, one, event, subject=sending.subject, provider_id=receipt.provider_id
            )
            if bundle is not None:
                work.notifications.mark_bundle(one.id, bundle)
            work.timers.settle([one.id])
            work.commit()

    def _failed(self, sending: Sending, error: Exception) -> None:
        run = sending.run
        log.warning("notification_failed", run_id=run.id, exc_info=error)
        policy, code = self._policies[run.task], error_code(error)
        retryable = getattr(error, "retryable", True)
        again = may_retry(policy, run.attempt, retryable=retryable)
        pause = _pause_s(policy, run, error)
        ready: tuple[Run, ...] = ()
        with self._store.begin() as work:
            if again:
                work.runs.retry(run, code, pause)
                work.notifications.end(
                    run, sending.one, NotificationEvent.FAIL, subject=sending.subject, code=code
                )
            else:
                ready = refuse(work, sending, code)
            work.commit()
        self._relay.send(ready)


def _wait_s(work: UnitOfWork, run_id: RunId) -> float:
    one = work.notifications.updated_by(run_id) or work.notifications.get(run_id)
    alert = work.alerts.get(one.alert_id) if one else None
    if one is None or alert is None or alert.state != AlertState.OPEN:
        return 0.0  # nothing is sent; an edit is not in anybody's way
    return ask(work, one.to, read_plan(alert.plan).policy.severity)


def _postpone(work: UnitOfWork, run_id: RunId, attempt: int, wait: float) -> tuple[Run, ...]:
    """Let a notification wait; an emergency that finds its channel shut uses the next one."""
    work.runs.postpone(run_id, attempt, wait)
    one = work.notifications.get(run_id)
    alert = work.alerts.get(one.alert_id) if one else None
    if alert is None or read_plan(alert.plan).policy.severity != Urgency.EMERGENCY:
        return ()
    return next_channel(work, run_id)


def claim(work: UnitOfWork, run_id: RunId, attempt: int, lease_s: float) -> Sending | None:
    """Own a notification and note that it is being sent.

    One that is not needed any more, because its alert was answered, is ended without sending.
    """
    run = work.runs.claim_notification(run_id, attempt, lease_s)
    if run is None:
        return None
    edited = work.notifications.updated_by(run_id)
    one = edited or work.notifications.get(run_id)
    alert = work.alerts.get(one.alert_id) if one else None
    if one is None or alert is None:
        return None
    if edited is not None:
        return _claim_edit(work, run, one, alert)
    if alert.state != AlertState.OPEN:
        work.notifications.suppress(alert.id)
    if one.state == NotificationState.SUPPRESSED or alert.state != AlertState.OPEN:
        work.runs.finish(run, None)
        return None
    work.notifications.begin(run, one)
    return Sending(run, replace(one, state=NotificationState.SENDING), alert)


def _claim_edit(
    work: UnitOfWork, run: Run, one: StoredNotification, alert: StoredAlert
) -> Sending | None:
    unanswered = alert.acknowledged_by is None
    if unanswered and alert.state != AlertState.CLOSED:  # it is open again: nobody has it
        work.runs.finish(run, None)
        return None
    return Sending(run, one, alert, edits=True)


def refuse(work: UnitOfWork, sending: Sending, code: str) -> tuple[Run, ...]:
    """End a notification that will never be taken, and use the next channel at once."""
    work.alerts.lock(sending.alert.id)  # before the run, as whoever moves the alert does
    work.runs.exhaust(sending.run, code)
    work.notifications.end(
        sending.run, sending.one, NotificationEvent.REFUSE, subject=sending.subject, code=code
    )
    work.timers.settle([sending.one.id])
    return next_channel(work, sending.one.id)


def take_back(work: UnitOfWork, run: Run, code: str, *, again: bool) -> tuple[Run, ...]:
    """Take a notification back from a process that is gone: whether it was sent is uncertain."""
    one = work.notifications.get(run.id)
    alert = work.alerts.lock(one.alert_id) if one else None
    if one is None or alert is None:  # an edit
        (work.runs.lose if again else work.runs.exhaust)(run, code)
        return ()
    sending = Sending(run, one, alert)
    if not again:
        return refuse(work, sending, code)
    work.runs.lose(run, code)
    work.notifications.end(run, one, NotificationEvent.LOSE, subject=sending.subject, code=code)
    return ()


def _pause_s(policy: TaskPolicy, run: Run, error: Exception) -> float:
    pause = backoff_s(policy, run.attempt, random.random())  # noqa: S311 - jitter
    asked = error.retry_after_s if isinstance(error, ChannelTemporaryError) else None
    return max(pause, asked or 0.0)
