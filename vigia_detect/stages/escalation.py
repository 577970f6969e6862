"""Moves alerts: opens them, fires their deadlines, takes answers. Each in the caller's transaction.

Rows are locked in one order everywhere, so that no two transactions wait for each other: the case,
if any, then the alert, then a deadline or gate, then a run, then a notification. So an answer, a
deadline and a case's end happen one after the other. Each move settles anew where an ended case is.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Literal

from vigia_detect.clinical.escalation import plan_for, read_plan
from vigia_detect.domain.alert_states import ALERT_TABLE, AlertEvent, AlertState
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import (
    NOBODY_ANSWERED,
    AlertKind,
    AlertRequest,
    Answer,
    Deadline,
)
from vigia_detect.domain.escalation_policy import Book, moves_on
from vigia_detect.domain.ids import AlertId, CaseId, RunId, alert_id
from vigia_detect.domain.policy import NOTIFICATION, QUEUES
from vigia_detect.domain.records import DueTimer, StoredAlert
from vigia_detect.domain.states import step
from vigia_detect.ports import UnitOfWork
from vigia_detect.stages.alert_news import has_news, new_reasons
from vigia_detect.stages.next_channel import next_channel
from vigia_detect.stages.review_due import overdue
from vigia_detect.stages.telling import progress_of, tell, wait_for_answer

ANSWERS: Mapping[AlertEvent, AuditEvent] = {
    AlertEvent.ACKNOWLEDGE: AuditEvent.ALERT_ACKNOWLEDGED,
    AlertEvent.DECLINE: AuditEvent.ALERT_DECLINED,
    AlertEvent.ACT: AuditEvent.ALERT_ACTED,
    AlertEvent.CLOSE: AuditEvent.ALERT_CLOSED,
}
"""What a person can say to an alert."""


class Escalator:
    """Opens alerts by the policies in force; an open one goes on by those it was opened with."""

    def __init__(self, book: Book, lang: Literal["es", "en"]) -> None:
        self._plan = cache(lambda kind: plan_for(book, kind, lang))

    def open(
        self,
        work: UnitOfWork,
        subject: str,
        case_id: CaseId | None,
        request: AlertRequest,
        *,
        asked: bool = False,
    ) -> tuple[AlertId, tuple[Run, ...]]:
        """Open the alert unless it is open, and tell the first step.

        One that was answered opens again when the request has a reason that it did not have; one
        that is open keeps it, so that it is no news later.

        Args:
            work: the transaction of what gave the reason.
            subject: the case, or an id of its own.
            case_id: the case, if any.
            request: what it is about.
            asked: somebody asks for it now, so it opens again whatever its reasons.

        Returns:
            its id, and the runs to publish after the commit if it was opened.
        """
        known, kind = alert_id(subject, request.kind), request.kind
        if case_id is not None:
            work.cases.lock(case_id)
        new = StoredAlert(known, subject, case_id, kind, AlertState.OPEN, request.reasons, 0.0)
        added = work.alerts.add(replace(new, plan=self._plan(kind), drill=request.drill))
        alert = work.alerts.lock(known)
        if alert is None or not (added or has_news(alert, request, asked=asked)):
            return (_keep_reasons(work, alert, request) if alert else known), ()
        event = AuditEvent.ALERT_OPENED if added else AuditEvent.ALERT_REOPENED
        _note(work, alert, event, kind=kind, reasons=request.reasons)
        if not added:
            alert = self._begun_again(work, alert, request)
        if kind == AlertKind.EMERGENCY:
            _supersede_urgent(work, subject)
        told = tell(work, alert)[1]
        _settle(work, alert)
        return known, told

    def fire(self, work: UnitOfWork, timer: DueTimer, alert: StoredAlert | None) -> tuple[Run, ...]:
        """Act on a deadline that this transaction has won; return the runs to publish.

        Args:
            work: the transaction.
            timer: the deadline.
            alert: whose it is, locked before the deadline was won (`alert_of`).
        """
        detail = {"kind": timer.kind, "round": timer.round}
        work.audit.write([AuditEntry(AuditEvent.TIMER_FIRED, timer.subject, detail=detail)])
        if timer.kind == Deadline.NOT_ACCEPTED:
            return next_channel(work, RunId(timer.subject))
        if timer.kind == Deadline.DRILL_OVER:
            return end_drill(work, timer.subject, by="system")
        if timer.kind == Deadline.NOT_REVIEWED:
            return self._not_reviewed(work, CaseId(timer.subject))
        if alert is None or alert.turn != timer.round:
            return ()
        if timer.kind == Deadline.NOT_ACTED:
            return _not_acted(work, alert)
        return self._go_on(work, alert)

    def answer(
        self, work: UnitOfWork, alert_id: AlertId, answer: Answer
    ) -> tuple[bool, tuple[Run, ...]]:
        """Take a person's answer.

        Returns:
            False when it changes nothing (its state does not allow it any more, or somebody else
            has the alert), and the runs to publish.
        """
        alert = _lock(work, alert_id)
        if alert is None or (alert.state, answer.event) not in ALERT_TABLE:
            return False, ()
        latency = round(work.now() - alert.began_at, 3)
        detail = {"how": answer.how, "latency_s": latency, "kind": alert.kind, "drill": alert.drill}
        stays = answer.event == AlertEvent.DECLINE and _is_anothers(alert, answer.by)
        state = alert.state if stays else step(ALERT_TABLE, alert.state, answer.event)
        _note(work, alert, ANSWERS[answer.event], by=answer.by, state=state, **detail)
        if stays:
            work.alerts.save(_without(alert, answer.by))
            return False, ()
        if answer.event == AlertEvent.DECLINE:
            return True, self._declined(work, alert, answer.by)
        runs = _taken(work, alert, answer)
        _settle(work, alert)
        return True, runs

    def _not_reviewed(self, work: UnitOfWork, case_id: CaseId) -> tuple[Run, ...]:
        request = overdue(work, case_id)
        return self.open(work, case_id, case_id, request, asked=True)[1] if request else ()

    def _begun_again(
        self, work: UnitOfWork, alert: StoredAlert, request: AlertRequest
    ) -> StoredAlert:
        again = _fresh(alert, step(ALERT_TABLE, alert.state, AlertEvent.ASK_AGAIN), work.now())
        return replace(
            again,
            reasons=alert.reasons + new_reasons(alert, request),
            plan=self._plan(alert.kind),
            drill=request.drill,
        )

    def _go_on(self, work: UnitOfWork, alert: StoredAlert) -> tuple[Run, ...]:
        """Tell the next ones; when all had been told before, say that nobody answered."""
        if (alert.state, AlertEvent.ESCALATE) not in ALERT_TABLE:
            return ()
        told, runs = tell(work, alert)
        if told.repeats == 1 and alert.kind != AlertKind.SYSTEM_ERROR:
            request = AlertRequest(AlertKind.SYSTEM_ERROR, (NOBODY_ANSWERED,), drill=alert.drill)
            runs += self.open(work, alert.subject, alert.case_id, request, asked=True)[1]
        return runs

    def _declined(self, work: UnitOfWork, alert: StoredAlert, by: str) -> tuple[Run, ...]:
        first = by not in alert.declined
        state = step(ALERT_TABLE, alert.state, AlertEvent.DECLINE)
        back = replace(
            _without(alert, by),
            state=state,
            acknowledged_at=None,
            acknowledged_by=None,
            turn=alert.turn + 1,
        )
        if (first or alert.state != AlertState.OPEN) and moves_on(progress_of(back)):
            return self._go_on(work, back)
        wait_for_answer(work, back, read_plan(back.plan))
        return ()


def alert_of(work: UnitOfWork, timer: DueTimer) -> StoredAlert | None:
    """Return the alert that a deadline belongs to, held until the transaction ends."""
    if timer.kind == Deadline.NOT_REVIEWED:
        work.cases.lock(CaseId(timer.subject))
        return None
    if timer.kind != Deadline.NOT_ACCEPTED:
        return _lock(work, AlertId(timer.subject))
    one = work.notifications.get(RunId(timer.subject))
    return _lock(work, one.alert_id) if one else None


def _is_anothers(alert: StoredAlert, person: str) -> bool:
    """Tell whether somebody else has taken the alert on: only that one can give it back."""
    has = alert.acknowledged_by
    return has is not None and has.strip().casefold() != person.strip().casefold()


def _without(alert: StoredAlert, person: str) -> StoredAlert:
    """Return the alert with `person` among those who said "not mine"."""
    others = tuple(one for one in alert.declined if one != person)
    return replace(alert, declined=(*others, person))


def _keep_reasons(work: UnitOfWork, alert: StoredAlert, request: AlertRequest) -> AlertId:
    """Note what else an open alert is about; who is told of it, and when, stays as it was."""
    if new := new_reasons(alert, request):
        work.alerts.save(replace(alert, reasons=alert.reasons + new))
        _note(work, alert, AuditEvent.ALERT_REASON_ADDED, kind=alert.kind, reasons=new)
    return alert.id


def _fresh(alert: StoredAlert, state: AlertState, now: float) -> StoredAlert:
    """Return the alert as it begins anew: nobody told, nobody answered."""
    return replace(
        alert,
        state=state,
        began_at=now,
        told_at=now,
        step=0,
        repeats=0,
        declined=(),
        acknowledged_at=None,
        acknowledged_by=None,
        acted_at=None,
        acted_by=None,
    )


def _not_acted(work: UnitOfWork, alert: StoredAlert) -> tuple[Run, ...]:
    if (alert.state, AlertEvent.NOT_ACTED) not in ALERT_TABLE:
        return ()
    _note(work, alert, AuditEvent.ALERT_REOPENED, kind=alert.kind, reasons=("not_acted",))
    state = step(ALERT_TABLE, alert.state, AlertEvent.NOT_ACTED)
    return tell(work, _fresh(alert, state, work.now()))[1]


def _taken(work: UnitOfWork, alert: StoredAlert, answer: Answer) -> tuple[Run, ...]:
    """Stop telling others, and wait for the act that an acknowledgement promises."""
    now, by = work.now(), answer.by
    taken = replace(
        alert,
        state=step(ALERT_TABLE, alert.state, answer.event),
        turn=alert.turn + 1,
        acknowledged_at=alert.acknowledged_at or now,
        acknowledged_by=alert.acknowledged_by or by,
    )
    if answer.event == AlertEvent.ACT:
        taken = replace(taken, acted_at=now, acted_by=by)
    stop(work, taken)
    if taken.state == AlertState.ACKNOWLEDGED:
        due = now + read_plan(alert.plan).policy.act_within_s
        work.timers.arm([(DueTimer(Deadline.NOT_ACTED, alert.id, taken.turn), due)])
    if alert.state != AlertState.OPEN:
        return ()
    # Who was told sees that somebody has it. It is less urgent than telling anybody.
    return work.notifications.plan_updates(taken, QUEUES[NOTIFICATION])


def stop(work: UnitOfWork, alert: StoredAlert) -> None:
    """Save an alert that tells nobody any more: what waits is withdrawn, deadlines are settled."""
    work.alerts.save(alert)
    work.timers.settle([alert.id, *work.notifications.suppress(alert.id)])


def _lock(work: UnitOfWork, known: AlertId) -> StoredAlert | None:
    """Return an alert, held after its case; or None."""
    seen = work.alerts.get(known)
    if seen is not None and seen.case_id is not None:
        work.cases.lock(seen.case_id)
    return work.alerts.lock(known)


def _settle(work: UnitOfWork, alert: StoredAlert) -> None:
    if alert.case_id is not None:
        work.cases.settle(alert.case_id)


def end_drill(work: UnitOfWork, subject: str, *, by: str) -> tuple[Run, ...]:
    """Close all alerts of a drill, whoever has answered; its messages say that it is over."""
    runs: tuple[Run, ...] = ()
    for kind in AlertKind:
        alert = work.alerts.lock(alert_id(subject, kind))
        if (
            alert is None
            or not alert.drill
            or (alert.state, AlertEvent.END_DRILL) not in ALERT_TABLE
        ):
            continue
        state = step(ALERT_TABLE, alert.state, AlertEvent.END_DRILL)
        over = replace(alert, state=state, turn=alert.turn + 1)
        stop(work, over)
        _note(work, alert, AuditEvent.ALERT_CLOSED, by=by, kind=alert.kind, drill=True)
        if alert.state == AlertState.OPEN:
            runs += work.notifications.plan_updates(over, QUEUES[NOTIFICATION])
    return runs


def _supersede_urgent(work: UnitOfWork, subject: str) -> None:
    """An emergency takes the place of the same case's urgent alert that nobody has taken on."""
    alert = work.alerts.lock(alert_id(subject, AlertKind.URGENT))
    if alert is not None and (alert.state, AlertEvent.SUPERSEDE) in ALERT_TABLE:
        state = step(ALERT_TABLE, alert.state, AlertEvent.SUPERSEDE)
        stop(work, replace(alert, state=state, turn=alert.turn + 1))
        _note(work, alert, AuditEvent.ALERT_SUPERSEDED, kind=alert.kind)


def _note(
    work: UnitOfWork, alert: StoredAlert, event: AuditEvent, *, by: str = "system", **detail: object
) -> None:
    entry = AuditEntry(event, alert.subject, by, detail={"alert_id": alert.id, **detail})
    work.audit.write([entry])
