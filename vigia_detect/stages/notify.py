import random
from collections.abc import Mapping

from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.policy import TaskPolicy, backoff_s, may_retry
from vigia_detect.domain.records import Notice
from vigia_detect.errors import LeaseLostError
from vigia_detect.log import get_logger
from vigia_detect.ports import Notifier, Store
from vigia_detect.stages.lease import LeaseKeeper
from vigia_detect.stages.runner import error_code, give_up

log = get_logger()


class NotificationRunner:
    """Hands one notification to its channel, once."""

    def __init__(
        self,
        *,
        store: Store,
        notifier: Notifier,
        policies: Mapping[str, TaskPolicy],
        leases: LeaseKeeper,
        alert_repeat_s: float,
    ) -> None:
        self._store = store
        self._notifier = notifier
        self._policies = policies
        self._leases = leases
        self._alert_repeat_s = alert_repeat_s

    def run(self, run_id: RunId, attempt: int) -> None:
        """Deliver the notification that a message names, or do nothing if it is out of date."""
        with self._store.begin(relaxed=True) as work:
            claimed = work.runs.claim_notice(run_id, attempt, self._leases.lease_s)
            work.commit()
        if claimed is None:
            return
        run, notice = claimed
        try:
            self._deliver(run, notice)
        except LeaseLostError:
            log.warning("lease_lost", run_id=run.id)

    def _deliver(self, run: Run, notice: Notice) -> None:
        try:
            with self._leases.keep(run):
                self._notifier.deliver(notice)
        except Exception as error:  # noqa: BLE001 - whatever a channel raises, the alert is not told
            self._again(run, error)
        else:
            self._accepted(run, notice)

    def _accepted(self, run: Run, notice: Notice) -> None:
        detail = {"alert_id": notice.alert_id, "channel": notice.channel}
        entry = AuditEntry(
            AuditEvent.NOTIFICATION_ACCEPTED,
            notice.case_id or notice.alert_id,
            run_id=run.id,
            attempt=run.attempt,
            detail=detail,
        )
        with self._store.begin() as work:
            work.runs.finish(run, None)
            work.audit.write([entry])
            work.commit()

    def _again(self, run: Run, error: Exception) -> None:
        policy = self._policies[run.task]
        log.warning("notification_failed", run_id=run.id, exc_info=error)
        with self._store.begin() as work:
            if may_retry(policy, run.attempt, retryable=True):
                pause = backoff_s(policy, run.attempt, random.random())  # noqa: S311 - jitter
                work.runs.retry(run, error_code(error), pause)
            else:
                give_up(work, run, error_code(error), alert_repeat_s=self._alert_repeat_s)
            work.commit()
