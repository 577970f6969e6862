"""What happened to an alert and when, in the order in which it happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vigia_detect.domain.alert_states import NotificationState
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.records import StoredAlert, StoredNotification


class What(StrEnum):
    """What can be told of an alert."""

    OPENED = "opened"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    ACTED = "acted"
    CLOSED = "closed"


ENDS = MappingProxyType(
    {
        NotificationState.FAILED_PERMANENT: What.REFUSED,
        NotificationState.SUPPRESSED: What.WITHDRAWN,
    }
)
SAID: Mapping[AuditEvent, What] = MappingProxyType(
    {AuditEvent.ALERT_DECLINED: What.DECLINED, AuditEvent.ALERT_CLOSED: What.CLOSED}
)
"""What only the trail tells; the alert itself keeps the rest."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened.

    Attributes:
        after_s: seconds since the alert was opened; None when the time is not on record.
        who: the person or place; empty for what the system did.
        channel: by which it was told; empty when nobody was.
        step: the policy's, from 1; 0 where there is none.
    """

    after_s: float | None
    what: What
    who: str = ""
    channel: str = ""
    step: int = 0


def story(
    alert: StoredAlert,
    told: Sequence[StoredNotification],
    trail: Sequence[tuple[float, AuditEntry]],
) -> tuple[Moment, ...]:
    """Return what happened since the alert opened last, the earliest first.

    Args:
        alert: whose story it is.
        told: its notifications, in their order.
        trail: what is on record about its subject, with times in Unix seconds.
    """
    now_told = [one for one in told if one.planned_at >= alert.began_at]
    moments = [*_turns(alert, now_told), *_sendings(alert, now_told), *_answers(alert, trail)]
    return tuple(sorted(moments, key=lambda one: (one.after_s is None, one.after_s)))


def _turns(alert: StoredAlert, told: Sequence[StoredNotification]) -> Iterator[Moment]:
    yield Moment(0.0, What.OPENED)
    furthest = 0
    for turn in sorted({one.turn for one in told}):
        of_turn = [one for one in told if one.turn == turn]
        step, after_s = max(one.step for one in of_turn), of_turn[0].planned_at - alert.began_at
        if 0 < furthest < step:
            yield Moment(after_s, What.ESCALATED, step=step)
        elif furthest:
            yield Moment(after_s, What.REPEATED)
        furthest = max(furthest, step)


def _sendings(alert: StoredAlert, told: Sequence[StoredNotification]) -> Iterator[Moment]:
    for one in told:
        if one.accepted_at is not None:
            after_s = one.accepted_at - alert.began_at
            yield Moment(after_s, What.ACCEPTED, one.to.name, one.to.channel, one.step)
        elif one.state in ENDS:
            yield Moment(None, ENDS[one.state], one.to.name, one.to.channel, one.step)


def _answers(alert: StoredAlert, trail: Sequence[tuple[float, AuditEntry]]) -> Iterator[Moment]:
    answers = (
        (What.ACKNOWLEDGED, alert.acknowledged_at, alert.acknowledged_by),
        (What.ACTED, alert.acted_at, alert.acted_by),
    )
    for what, at, by in answers:
        if at is not None:
            yield Moment(at - alert.began_at, what, by or "")
    for at, entry in trail:
        mine = entry.detail.get("alert_id") == alert.id and at >= alert.began_at
        if mine and entry.event in SAID:
            yield Moment(at - alert.began_at, SAID[entry.event], entry.actor)
