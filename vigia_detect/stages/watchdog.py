"""Proves that what was due has fired, and tells the outside only then.

The sweeper acts; this only looks. When it finds a deadline late, or an unfinished alert without
one, it puts that right, opens a system alert and stays silent, so that whoever waits for the
heartbeat outside raises the alarm that Vigia may not be able to raise.
"""

import random
import threading
import uuid
from dataclasses import dataclass, replace

from vigia_detect.alert_ports import Heartbeat
from vigia_detect.domain.alert_states import UNFINISHED, AlertState
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import AlertKind, AlertRequest, Deadline
from vigia_detect.domain.ids import AlertId, alert_id
from vigia_detect.domain.policy import Queue
from vigia_detect.domain.records import DueTimer
from vigia_detect.errors import UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.failures import tell_once
from vigia_detect.stages.relay import Relay

GRACE_S = 5.0
"""A deadline may fire this late: some sweeps, and the taking over of a killed process's work."""

SUBJECT = str(uuid.uuid5(uuid.NAMESPACE_OID, "vigia:watchdog"))
LATE = "deadline_late"
LOST = "deadline_missing"
WAITS = "work_waits"

WAITS_S = 300.0
"""Work that nobody took for this long: the broker is away, or no worker serves its queue. Deadlines
still fire then, but what they tell reaches nobody, so the outside must hear of it."""

EMERGENCY_WAITS_S = 30.0
"""The same for the work of emergencies: within this time somebody is to be reached."""

PEACE_S = 900.0
"""So long whoever acted on it may repair in peace; what is wrong after that is told again."""

log = get_logger()


@dataclass(frozen=True, slots=True)
class Findings:
    """What the watchdog saw.

    Attributes:
        late_s: how late the oldest deadline is that has not fired, in seconds.
        without_deadline: unfinished alerts that nothing would bring on.
        waiting_s: how long the oldest ready run has been due, in seconds.
        emergency_s: the same of the emergencies' queue.
    """

    late_s: float
    without_deadline: tuple[AlertId, ...]
    waiting_s: float = 0.0
    emergency_s: float = 0.0

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the heartbeat must not be sent; empty when all is well."""
        late = (LATE,) if self.late_s > GRACE_S else ()
        waits = self.waiting_s > WAITS_S or self.emergency_s > EMERGENCY_WAITS_S
        lost = (LOST,) if self.without_deadline else ()
        return late + lost + ((WAITS,) if waits else ())


class Watchdog:
    """Looks once in a while, in one of all processes."""

    def __init__(
        self,
        *,
        store: Store,
        relay: Relay,
        escalator: Escalator,
        heartbeat: Heartbeat | None,
        every_s: float,
    ) -> None:
        self._store = store
        self._relay = relay
        self._escalator = escalator
        self._heartbeat = heartbeat
        self._every_s = every_s

    def examine(self) -> Findings:
        """Look, and change nothing. Raises DatabaseUnavailableError."""
        with self._store.read() as work:
            unfinished = work.alerts.unfinished()
            armed = work.timers.armed(unfinished)
            late, waiting = work.timers.overdue_s(), work.runs.oldest_ready_s()
            emergency = work.runs.oldest_ready_s(Queue.EMERGENCY)
        without = tuple(known for known in unfinished if known not in armed)
        return Findings(late, without, waiting, emergency)

    def look(self) -> bool:
        """Look and act on it if it is this process's turn; tell whether the heartbeat was sent."""
        with self._store.begin() as work:
            mine = work.timers.beat(SUBJECT, self._every_s)
            work.commit()
        if not mine:
            return False
        found = self.examine()
        if found.reasons:
            self._alarm(found)
            return False
        return self._ping()

    def run_forever(self, stop: threading.Event) -> None:
        """Look again and again, jittered so that processes do not look in step."""
        while not stop.wait(self._every_s / 4 * random.uniform(0.8, 1.2)):  # noqa: S311 - jitter
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - a dead watchdog would never be missed here
                level = log.warning if isinstance(error, UnavailableError) else log.error
                level("watchdog_failed", exc_info=error)

    def _alarm(self, found: Findings) -> None:
        log.error("watchdog_alarm", reason=",".join(found.reasons))
        request = AlertRequest(AlertKind.SYSTEM_ERROR, found.reasons)
        for known in found.without_deadline:  # one at a time: who holds two could wait for a third
            with self._store.begin() as work:
                _arm_again(work, known)
                work.commit()
        with self._store.begin() as work:
            runs = self._tell(work, request)
            work.commit()
        self._relay.send(runs)

    def _tell(self, work: UnitOfWork, request: AlertRequest) -> tuple[Run, ...]:
        """Tell an administrator; one who has just acted on it hears of new reasons only."""
        known = work.alerts.get(alert_id(SUBJECT, request.kind))
        acted = known.acted_at if known is not None else None
        if acted is not None and work.now() - acted < PEACE_S:
            return self._escalator.open(work, SUBJECT, None, request)[1]
        return tell_once(work, self._escalator, SUBJECT, request)

    def _ping(self) -> bool:
        if self._heartbeat is None:
            return False
        try:
            self._heartbeat.ping()
        except UnavailableError as error:
            log.warning("heartbeat_not_sent", exc_info=error)
            return False
        return True


def _arm_again(work: UnitOfWork, known: AlertId) -> None:
    """Give an alert a deadline that is due now."""
    alert = work.alerts.lock(known)
    if alert is None or alert.state not in UNFINISHED or work.timers.armed([known]):
        return
    again = replace(alert, turn=alert.turn + 1)
    work.alerts.save(again)
    detail = {"alert_id": known, "turn": again.turn}
    work.audit.write([AuditEntry(AuditEvent.ALERT_REARMED, alert.subject, detail=detail)])
    waits = alert.state == AlertState.OPEN
    kind = Deadline.NOT_ANSWERED if waits else Deadline.NOT_ACTED
    work.timers.arm([(DueTimer(kind, known, again.turn), work.now())])
