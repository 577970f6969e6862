"""Sees that failures become more, and tells an administrator once an episode."""

import random
import threading
import uuid

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import AlertKind, AlertRequest
from vigia_detect.domain.failure_rate import RateLimits, is_rising
from vigia_detect.errors import UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.relay import Relay

EVERY_S = 15.0
"""Seconds between two looks, whichever process looks."""

EPISODES = str(uuid.uuid5(uuid.NAMESPACE_OID, "vigia:failure-episodes"))
"""What beginnings and ends of episodes are filed under: the last one says whether one goes on."""

SUBJECT = str(uuid.uuid5(uuid.NAMESPACE_OID, "vigia:failure-rate"))
HIGH = "failure_rate_high"

log = get_logger()


class FailureWatch:
    """Measures the rate of failed attempts from the trail, in one of all processes at a time."""

    def __init__(
        self, *, store: Store, relay: Relay, escalator: Escalator, limits: RateLimits
    ) -> None:
        self._store = store
        self._relay = relay
        self._escalator = escalator
        self._limits = limits

    def look(self) -> None:
        """Look and act on it, if it is this process's turn. Raises DatabaseUnavailableError."""
        runs: tuple[Run, ...] = ()
        with self._store.begin() as work:
            if work.timers.beat(EPISODES, EVERY_S):
                runs = self._measure(work)
            work.commit()
        self._relay.send(runs)

    def run_forever(self, stop: threading.Event) -> None:
        """Look again and again, jittered so that processes do not look in step."""
        while not stop.wait(EVERY_S * random.uniform(0.8, 1.2)):  # noqa: S311 - jitter
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - a watch that died would never be missed
                level = log.warning if isinstance(error, UnavailableError) else log.error
                level("failure_watch_failed", exc_info=error)

    def _measure(self, work: UnitOfWork) -> tuple[Run, ...]:
        failed, ended = work.audit.ends_since(work.now() - self._limits.window_s)
        past = work.audit.of_subject(EPISODES)
        before = bool(past) and past[-1][1].event == AuditEvent.FAILURES_RISING
        now = is_rising(failed, ended, self._limits, before=before)
        if now == before:
            return ()
        event = AuditEvent.FAILURES_RISING if now else AuditEvent.FAILURES_SETTLED
        counts = {"failed": failed, "ended": ended}
        work.audit.write([AuditEntry(event, EPISODES, detail=counts)])
        if not now:
            log.info("failures_settled", count=failed)
            return ()
        log.error("failures_rising", count=failed)
        request = AlertRequest(AlertKind.SYSTEM_ERROR, (HIGH,))
        return self._escalator.open(work, SUBJECT, None, request, asked=True)[1]
