"""What happened to an alert and when, in the order in which it happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vigia_detect.domain.alert_states import HOPELESS
from vigia_detect.domain.records import StoredAlert, StoredNotification


class What(StrEnum):
    """What can be told of an alert."""

    OPENED = "opened"
    ESCALATED = "escalated"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ACKNOWLEDGED = "acknowledged"
    ACTED = "acted"


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


def story(alert: StoredAlert, told: Sequence[StoredNotification]) -> tuple[Moment, ...]:
    """Return what happened since the alert opened last, the earliest first."""
    now_told = [one for one in told if one.planned_at >= alert.began_at]
    moments = [*_turns(alert, now_told), *_sendings(alert, now_told), *_answers(alert)]
    return tuple(sorted(moments, key=lambda one: (one.after_s is None, one.after_s)))


def _turns(alert: StoredAlert, told: Sequence[StoredNotification]) -> Iterator[Moment]:
    yield Moment(0.0, What.OPENED)
    for turn in sorted({one.turn for one in told})[1:]:
        first = next(one for one in told if one.turn == turn)
        after_s = first.planned_at - alert.began_at
        yield Moment(after_s, What.ESCALATED, step=first.step)


def _sendings(alert: StoredAlert, told: Sequence[StoredNotification]) -> Iterator[Moment]:
    for one in told:
        if one.accepted_at is not None:
            after_s = one.accepted_at - alert.began_at
            yield Moment(after_s, What.ACCEPTED, one.to.name, one.to.channel, one.step)
        elif one.state in HOPELESS:
            yield Moment(None, What.REFUSED, one.to.name, one.to.channel, one.step)


def _answers(alert: StoredAlert) -> Iterator[Moment]:
    answers = (
        (What.ACKNOWLEDGED, alert.acknowledged_at, alert.acknowledged_by),
        (What.ACTED, alert.acted_at, alert.acted_by),
    )
    for what, at, by in answers:
        if at is not None:
            yield Moment(at - alert.began_at, what, by or "")
