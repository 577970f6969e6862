"""The leaderless sweep: every worker process looks, and each row is won by one of them."""

import random
import threading
from collections.abc import Sequence

from vigia_detect.domain.case import Run
from vigia_detect.domain.failure import LOST
from vigia_detect.domain.policy import NARRATIVE, NOTIFICATION
from vigia_detect.domain.records import DueTimer
from vigia_detect.errors import BrokerUnavailableError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Publisher, Store, UnitOfWork
from vigia_detect.stages import narratives
from vigia_detect.stages.escalation import Escalator, alert_of
from vigia_detect.stages.failures import TaskFailureHandler, log_task_failure
from vigia_detect.stages.notify import lock_alert, take_back
from vigia_detect.stages.relay import Relay

BATCH = 200
PUT_OFF_S = 60.0

log = get_logger()


class Sweeper:
    """Finds lost messages, lapsed leases and due deadlines, and puts each right."""

    def __init__(
        self,
        *,
        store: Store,
        relay: Relay,
        publisher: Publisher,
        failures: TaskFailureHandler,
        escalator: Escalator,
    ) -> None:
        self._store = store
        self._relay = relay
        self._publisher = publisher
        self._failures = failures
        self._escalator = escalator

    def sweep(self) -> None:
        """Look once. Raises DatabaseUnavailableError."""
        with self._store.read() as work:
            overdue, due = work.runs.overdue(), work.timers.due(BATCH)
        if due:
            self.fire(due)
        if overdue:
            self.take_back_lapsed()
            self.send_unpublished()

    def run_forever(self, every_s: float, stop: threading.Event) -> None:
        """Look again and again, jittered so that processes do not look in step."""
        while not stop.wait(every_s * random.uniform(0.8, 1.2)):  # noqa: S311 - jitter
            try:
                self.sweep()
            except Exception as error:  # noqa: BLE001 - a sweeper that died would never be missed
                level = log.warning if isinstance(error, UnavailableError) else log.error
                level("sweep_failed", exc_info=error)

    def send_unpublished(self) -> int:
        """Send again what was never sent or got lost; return how many."""
        try:
            depths = self._publisher.depths()
        except BrokerUnavailableError:
            return 0
        idle = frozenset(queue for queue, depth in depths.items() if depth == 0)
        with self._store.begin(relaxed=True) as work:
            runs = work.runs.take_unpublished(idle, BATCH)
            work.commit()
        if runs:
            log.info("messages_sent_again", count=len(runs))
            self._relay.send(runs)
        return len(runs)

    def take_back_lapsed(self) -> int:
        """Give the work of silent processes to others, or to a person; return how many."""
        with self._store.read() as work:
            lapsed = work.runs.lapsed(BATCH)
        return sum(self._take_back(run) for run in lapsed)

    def _take_back(self, run: Run) -> bool:
        with self._store.begin() as work:
            if run.task == NOTIFICATION:
                lock_alert(work, run.id)  # before the run, as whoever moves the alert does
            if run.task == NARRATIVE:
                narratives.lock_case(work, run.id)
            if not work.runs.win_lapsed(run):
                return False
            ready = self._lose(work, run)
            work.commit()
        self._relay.send(ready)
        return True

    def _lose(self, work: UnitOfWork, run: Run) -> tuple[Run, ...]:
        if run.task == NOTIFICATION:
            return take_back(work, run, self._failures)
        if run.task == NARRATIVE:
            return narratives.take_back(work, run, self._failures)
        decision = self._failures.decide(run, LOST)
        ready = self._failures.settle(work, run, decision)
        log_task_failure(run.task, decision, run=run)
        return ready

    def fire(self, due: Sequence[DueTimer]) -> int:
        """Act on deadlines that have passed, each in a transaction of its own; return how many."""
        return sum(self._fire(timer) for timer in due)

    def _fire(self, timer: DueTimer) -> bool:
        try:
            with self._store.begin() as work:
                alert = alert_of(work, timer)  # held before the deadline, as whoever answers does
                if not work.timers.win(timer):
                    return False
                ready = self._escalator.fire(work, timer, alert)
                work.commit()
        except UnavailableError:
            raise
        except Exception:  # one that cannot be fired must not hold up the others
            log.exception("deadline_failed", kind=timer.kind, alert_id=timer.subject)
            with self._store.begin() as work:
                work.timers.put_off(timer, PUT_OFF_S)
                work.commit()
            return False
        self._relay.send(ready)
        return True
