"""A drill: the whole loop from an emergency's alert to a person's answer, marked as an exercise."""

from dataclasses import dataclass

from vigia_detect.domain.alert_states import TOLD
from vigia_detect.domain.alert_story import Moment, story
from vigia_detect.domain.escalation import AlertKind, AlertRequest, Deadline
from vigia_detect.domain.ids import AlertId, alert_id, uuid7
from vigia_detect.domain.notification import OWN, Channel
from vigia_detect.domain.records import DueTimer, StoredAlert, StoredNotification
from vigia_detect.ports import Store
from vigia_detect.stages.escalation import Escalator, end_drill
from vigia_detect.stages.relay import Relay
from vigia_detect.stages.report import iso

LIMIT_S = 30.0
"""An emergency reaches somebody within this time: the promise that a drill proves."""

MARGIN_S = 60.0
"""So long after its time a drill ends by itself, when whoever began it is gone."""

REASON = "drill"


@dataclass(frozen=True, slots=True)
class Told:
    """One person told by one channel.

    Attributes:
        accepted_s: from the opening until a provider accepted; None: none has.
    """

    person: str
    role: str
    channel: Channel
    step: int
    state: str
    accepted_s: float | None


@dataclass(frozen=True, slots=True)
class DrillReport:
    """How a drill went. Times are seconds since its opening.

    Attributes:
        opened_at: ISO 8601 in UTC.
        limit_s: within which a provider must have accepted.
        accepted_s: the first acceptance by a channel that rings, or by any when none rings.
        problems: `not_accepted`, `accepted_late`, `not_acknowledged`; empty when all went well.
        only_inbox: nobody was told outside of Vigia's own inbox.
    """

    alert_id: AlertId
    opened_at: str
    limit_s: float
    told: tuple[Told, ...]
    accepted_s: float | None
    acknowledged_s: float | None
    acknowledged_by: str | None
    only_inbox: bool
    problems: tuple[str, ...]


class Drill:
    """One exercise. Its figures are never mixed with those of patients."""

    def __init__(self, *, store: Store, relay: Relay, escalator: Escalator) -> None:
        self._store = store
        self._relay = relay
        self._escalator = escalator
        self.subject = str(uuid7())
        self.alert_id = alert_id(self.subject, AlertKind.EMERGENCY)

    def open(self, longest_s: float) -> AlertId:
        """Open the alert; a deadline ends it even when this process does not live to.

        Args:
            longest_s: seconds that it is meant to last at most.
        """
        request = AlertRequest(AlertKind.EMERGENCY, (REASON,), drill=True)
        with self._store.begin() as work:
            runs = self._escalator.open(work, self.subject, None, request)[1]
            over = DueTimer(Deadline.DRILL_OVER, self.subject, 0)
            work.timers.arm([(over, work.now() + longest_s + MARGIN_S)])
            work.commit()
        self._relay.send(runs)
        return self.alert_id

    def look(self) -> tuple[DrillReport, tuple[Moment, ...]]:
        """Return how it stands, and what has happened."""
        with self._store.read() as work:
            alert = work.alerts.get(self.alert_id)
            told = work.notifications.of_alert(self.alert_id)
            trail = work.audit.of_subject(self.subject)
        if alert is None:
            raise LookupError("a drill is opened before it is looked at")
        return _report(alert, told), story(alert, told, trail)

    def end(self, *, by: str) -> None:
        """Close it: nobody is told any more, and who was told reads that it is over."""
        with self._store.begin() as work:
            work.timers.settle([self.subject])  # before the alerts, as its firing does
            runs = end_drill(work, self.subject, by=by)
            work.commit()
        self._relay.send(runs)


def _report(alert: StoredAlert, told: list[StoredNotification]) -> DrillReport:
    rows = tuple(_told(alert, one) for one in told)
    ringing = [row for row in rows if row.channel not in OWN] or rows
    accepted = min((row.accepted_s for row in ringing if row.accepted_s is not None), default=None)
    acknowledged = alert.acknowledged_at
    return DrillReport(
        alert_id=alert.id,
        opened_at=iso(alert.opened_at) or "",
        limit_s=LIMIT_S,
        told=rows,
        accepted_s=accepted,
        acknowledged_s=None if acknowledged is None else _since(alert, acknowledged),
        acknowledged_by=alert.acknowledged_by,
        only_inbox=all(row.channel in OWN for row in rows),
        problems=_problems(accepted, acknowledged),
    )


def _problems(accepted_s: float | None, acknowledged_at: float | None) -> tuple[str, ...]:
    late = accepted_s is not None and accepted_s > LIMIT_S
    found = (
        ("not_accepted", accepted_s is None),
        ("accepted_late", late),
        ("not_acknowledged", acknowledged_at is None),
    )
    return tuple(code for code, wrong in found if wrong)


def _told(alert: StoredAlert, one: StoredNotification) -> Told:
    accepted = one.accepted_at if one.state in TOLD else None
    seconds = None if accepted is None else _since(alert, accepted)
    return Told(one.to.name, one.to.role, one.to.channel, one.step, one.state, seconds)


def _since(alert: StoredAlert, at: float) -> float:
    return round(at - alert.began_at, 3)
