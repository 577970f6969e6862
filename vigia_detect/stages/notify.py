"""Sends one notification: note that we begin, send outside of any transaction, note how it ended.

What is in between when a process dies is unknown to all: the attempt is noted as uncertain and the
notification is sent again under the same id, by which a provider can tell that it is the same.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TypeAlias

from vigia_detect.alert_ports import Channels
from vigia_detect.clinical.escalation import read_plan
from vigia_detect.domain.alert_states import (
    NOTIFICATION_TABLE,
    AlertState,
    NotificationEvent,
    NotificationState,
)
from vigia_detect.domain.bundle import bundle_id, join
from vigia_detect.domain.case import Run
from vigia_detect.domain.failure import LOST, Decision, Failure
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.domain.policy import FailureSeverity
from vigia_detect.domain.records import StoredAlert, StoredNotification
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import LeaseLostError, StageTimedOutError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.failures import TaskFailureHandler, failure_of, log_task_failure
from vigia_detect.stages.gatekeeper import ask, note
from vigia_detect.stages.lease import LeaseKeeper
from vigia_detect.stages.messages import compose, outcome
from vigia_detect.stages.next_channel import hope, next_channel
from vigia_detect.stages.quiet import held_with, hold
from vigia_detect.stages.relay import Relay

DELAY = FailureSeverity.MEDIUM
"""What a notification that is given up means while somebody else can be told."""

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
        failures: TaskFailureHandler,
        leases: LeaseKeeper,
        link_for: LinkMaker | None = None,
    ) -> None:
        self._store = store
        self._relay = relay
        self._channels = channels
        self._failures = failures
        self._leases = leases
        self._link_for = link_for

    def run(
        self, run_id: RunId, attempt: int, *, timeout: type[BaseException] = StageTimedOutError
    ) -> None:
        """Send the notification that a message names, or do nothing if it is out of date.

        Args:
            run_id: its run.
            attempt: the attempt count the message was made for.
            timeout: what the caller's time limit raises meanwhile.
        """
        if hold(self._store, run_id, attempt):
            return
        ready: tuple[Run, ...] = ()
        with self._store.begin() as work:  # durable: what may have been sent must be on record
            sending = None
            alert = lock_alert(work, run_id)
            wait = _wait_s(work, run_id, alert)
            if alert is not None and wait > 0:
                ready = _postpone(work, run_id, attempt, wait, alert)
            else:
                sending = claim(work, run_id, attempt, self._leases.lease_s)
            work.commit()
        self._relay.send(ready)
        if sending is None:
            return
        try:
            if sending.edits:
                self._update(sending, timeout)
            else:
                self._send(sending, timeout)
        except LeaseLostError:
            log.warning("lease_lost", run_id=run_id)

    def _send(self, sending: Sending, timeout: type[BaseException]) -> None:
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
                self._end(self._failed, each, failure_of(error, timeout), error)
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

    def _update(self, sending: Sending, timeout: type[BaseException]) -> None:
        """Edit a message to say who has the alert; that it fails tells nobody less."""
        run, one, alert = sending.run, sending.one, sending.alert
        plan = read_plan(alert.plan)
        text = outcome(alert, plan.lang)
        error: Exception | None = None
        try:
            with self._leases.keep(run):
                message = compose(alert, one, plan, link=None)
                self._channels.update(message, one.to, one.provider_id or "", text)
        except Exception as caught:  # noqa: BLE001 - whatever a channel raises, it is noted
            error = caught
        if error is None:
            with self._store.begin() as work:
                work.runs.finish(run, None)
                work.commit()
        else:
            self._update_failed(run, failure_of(error, timeout), error)

    def _update_failed(self, run: Run, failure: Failure, error: Exception) -> None:
        decision = self._failures.decide(run, failure, severity=FailureSeverity.LOW)
        log_task_failure(run.task, decision, run=run, error=error)
        code, pause = decision.failure.code, decision.pause_s
        with self._store.begin() as work:
            if pause is None:
                work.runs.exhaust(run, code)
            else:
                work.runs.retry(run, code, pause, outage=decision.outage)
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

    def _failed(self, sending: Sending, failure: Failure, error: Exception) -> None:
        run = sending.run
        decision = self._failures.decide(run, failure, severity=DELAY)
        log_task_failure(run.task, decision, run=run, error=error)
        code, pause = decision.failure.code, decision.pause_s
        event = NotificationEvent.WAIT if failure.told_to_wait else NotificationEvent.FAIL
        ready: tuple[Run, ...] = ()
        with self._store.begin() as work:
            if pause is None:
                ready = refuse(work, sending, code, self._failures)
            else:
                work.runs.retry(run, code, pause, outage=decision.outage)
                work.notifications.end(run, sending.one, event, subject=sending.subject, code=code)
            work.commit()
        self._relay.send(ready)


def lock_alert(work: UnitOfWork, run_id: RunId) -> StoredAlert | None:
    """Hold the alert that a run tells of or edits, before the run: so does all that moves it."""
    one = work.notifications.updated_by(run_id) or work.notifications.get(run_id)
    return work.alerts.lock(one.alert_id) if one else None


def _wait_s(work: UnitOfWork, run_id: RunId, alert: StoredAlert | None) -> float:
    one = work.notifications.get(run_id)  # as it is now that the alert is held
    if one is None or alert is None or alert.state != AlertState.OPEN:
        return 0.0  # nothing is sent; an edit is not in anybody's way
    if (one.state, NotificationEvent.SEND) not in NOTIFICATION_TABLE:
        return 0.0  # a message that came twice takes nobody's place
    return ask(work, one, read_plan(alert.plan).policy.severity)


def _postpone(
    work: UnitOfWork, run_id: RunId, attempt: int, wait: float, alert: StoredAlert
) -> tuple[Run, ...]:
    """Let a notification wait; an emergency that finds its channel shut uses the next one."""
    work.runs.postpone(run_id, attempt, wait)
    if read_plan(alert.plan).policy.severity != Urgency.EMERGENCY:
        return ()
    return next_channel(work, run_id)


def claim(work: UnitOfWork, run_id: RunId, attempt: int, lease_s: float) -> Sending | None:
    """Own a notification and note that it is being sent.

    One that is not needed any more, because its alert was answered, is ended without sending.
    """
    run = work.runs.claim_apart(run_id, attempt, lease_s)
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


def refuse(
    work: UnitOfWork, sending: Sending, code: str, failures: TaskFailureHandler
) -> tuple[Run, ...]:
    """End a notification that will never be taken, and use the next channel at once."""
    work.alerts.lock(sending.alert.id)  # before the run, as whoever moves the alert does
    work.runs.exhaust(sending.run, code)
    work.notifications.end(
        sending.run, sending.one, NotificationEvent.REFUSE, subject=sending.subject, code=code
    )
    work.timers.settle([sending.one.id])
    ready = next_channel(work, sending.one.id)
    turn = work.notifications.of_alert(sending.alert.id, turn=sending.one.turn)
    if ready or sending.alert.state != AlertState.OPEN or hope(work, turn):
        return ready
    return failures.nobody_reached(work, sending.alert)


def take_back(work: UnitOfWork, run: Run, failures: TaskFailureHandler) -> tuple[Run, ...]:
    """Take a notification, or an edit of one, back from a process that is gone."""
    alert = lock_alert(work, run.id)
    one = work.notifications.get(run.id)
    edit = one is None or alert is None
    decision = failures.decide(run, LOST, severity=FailureSeverity.LOW if edit else DELAY)
    ready: tuple[Run, ...] = ()
    if one is None or alert is None:
        end = work.runs.exhaust if decision.pause_s is None else work.runs.lose
        end(run, LOST.code)
    else:
        ready = _lose(work, Sending(run, one, alert), decision, failures)
    log_task_failure(run.task, decision, run=run)
    return ready


def _lose(
    work: UnitOfWork, sending: Sending, decision: Decision, failures: TaskFailureHandler
) -> tuple[Run, ...]:
    """Give back a notification of which nobody knows whether it was sent."""
    code = decision.failure.code
    if decision.pause_s is None:
        return refuse(work, sending, code, failures)
    run, event = sending.run, NotificationEvent.LOSE
    work.runs.lose(run, code)
    work.notifications.end(run, sending.one, event, subject=sending.subject, code=code)
    return ()
