"""One turn of an alert: who is told now, by which contacts, and when it goes on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vigia_detect.clinical.escalation import read_plan
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import Deadline
from vigia_detect.domain.escalation_policy import Plan, Progress, Step, advance, next_deadline
from vigia_detect.domain.ids import run_id
from vigia_detect.domain.notification import Channel, Recipient
from vigia_detect.domain.policy import NOTIFICATION, queue_of
from vigia_detect.domain.records import DueTimer, StoredAlert, StoredNotification
from vigia_detect.domain.triage import Urgency
from vigia_detect.ports import UnitOfWork


def progress_of(alert: StoredAlert) -> Progress:
    """Return how far an alert has come."""
    return Progress(alert.began_at, alert.told_at, alert.step, alert.repeats)


def tell(work: UnitOfWork, alert: StoredAlert) -> tuple[StoredAlert, tuple[Run, ...]]:
    """Tell the next ones: new state, notifications and deadlines in this transaction.

    Returns:
        the alert as it now stands, and the runs to publish after the commit.
    """
    plan, now = read_plan(alert.plan), work.now()
    progress, steps = advance(plan.policy, progress_of(alert), now)
    told = replace(
        alert,
        turn=alert.turn + 1,
        told_at=progress.told_at,
        step=progress.step,
        repeats=progress.repeats,
    )
    planned = list(_planned(plan, told, steps, now))
    wait_for_answer(work, told, plan)
    event = AuditEvent.ALERT_REPEATED if told.repeats else AuditEvent.ALERT_ESCALATED
    detail = {"alert_id": alert.id, "step": told.step, "repeats": told.repeats, "turn": told.turn}
    work.audit.write([AuditEntry(event, alert.subject, detail=detail)])
    return told, plan_sending(work, told, plan, planned)


def wait_for_answer(work: UnitOfWork, alert: StoredAlert, plan: Plan) -> None:
    """Save an open alert with the deadline at which it goes on; earlier ones mean nothing now."""
    work.alerts.save(alert)
    work.timers.settle([alert.id])
    due = next_deadline(plan.policy, progress_of(alert))
    work.timers.arm([(DueTimer(Deadline.NOT_ANSWERED, alert.id, alert.turn), due)])


def plan_sending(
    work: UnitOfWork, alert: StoredAlert, plan: Plan, planned: Sequence[StoredNotification]
) -> tuple[Run, ...]:
    """Store notifications, each with the deadline by which a provider must have accepted it.

    Routine ones wait for the end of quiet hours; their deadline begins then.
    """
    queue = queue_of(NOTIFICATION, emergency=plan.policy.severity == Urgency.EMERGENCY)
    now = work.now()
    until = plan.held_until(now)
    held = [replace(one, held_until=until) for one in planned]
    runs = work.notifications.add(held, alert.case_id, queue)
    due = max(now, until or now) + plan.policy.accept_within_s
    work.timers.arm([(DueTimer(Deadline.NOT_ACCEPTED, one.id, 0), due) for one in planned])
    if until is None or until <= now:
        return runs
    for run in runs:
        work.runs.postpone(run.id, 0, until - now)
    return ()


def tell_by(work: UnitOfWork, alert: StoredAlert, channel: Channel) -> tuple[Run, ...]:
    """Tell those of the alert's last turn by a channel by which this turn has not told them.

    Returns:
        the runs to publish after the commit.
    """
    plan, turn = read_plan(alert.plan), work.notifications.of_alert(alert.id, turn=alert.turn)
    people = {one.to.name: one for one in turn}
    planned = [
        contact(plan, alert, name, one.to.role, rank, turn=one.turn, step=one.step)
        for name, one in people.items()
        for rank, way in enumerate(plan.directory.people[name].contacts)
        if way.channel == channel
    ]
    known = {one.id for one in turn}
    return plan_sending(work, alert, plan, [one for one in planned if one and one.id not in known])


def tell_once_more(
    work: UnitOfWork, alert: StoredAlert, one: StoredNotification
) -> tuple[Run, ...]:
    """Tell a person again by the same contact; when the others are told stays as it was.

    It is a turn of its own, since what is told once is named after its turn.

    Args:
        work: the transaction that has locked the alert.
        alert: an open alert.
        one: what was to be told.
    """
    plan, again = read_plan(alert.plan), replace(alert, turn=alert.turn + 1)
    wait_for_answer(work, again, plan)
    told = contact(plan, again, one.to.name, one.to.role, one.rank, turn=again.turn, step=one.step)
    return plan_sending(work, again, plan, [told]) if told is not None else ()


def contact(
    plan: Plan, alert: StoredAlert, person: str, role: str, rank: int, *, turn: int, step: int
) -> StoredNotification | None:
    """Return the notification of a person by one contact, or None when there are no more."""
    contacts = plan.directory.people[person].contacts
    if rank >= len(contacts):
        return None
    to = Recipient(person, role, contacts[rank].channel, contacts[rank].address)
    # The id says what is told once: this alert, turn, person and contact.
    known = run_id(alert.id, f"{turn}:{rank}:{person}")
    return StoredNotification(known, alert.id, turn, step, rank, to)


def _planned(
    plan: Plan, alert: StoredAlert, steps: Sequence[Step], now: float
) -> Iterator[StoredNotification]:
    seen: set[str] = set()
    for step in steps:
        number = plan.policy.steps.index(step) + 1
        for role in step.roles:
            on_duty = plan.directory.on_duty(role, now, fallback=plan.policy.fallback)
            for person in on_duty:
                if person not in seen:
                    seen.add(person)
                    every = step.channels == "all" or alert.repeats > 0
                    yield from _contacts(plan, alert, person, role, number, every=every)


def _contacts(
    plan: Plan, alert: StoredAlert, person: str, role: str, step: int, *, every: bool
) -> Iterator[StoredNotification]:
    for rank in range(len(plan.directory.people[person].contacts) if every else 1):
        one = contact(plan, alert, person, role, rank, turn=alert.turn, step=step)
        if one is not None:
            yield one
