"""What is done about every failure: it is logged, on record, tried again, or handed to a person.

Runner, notifications, sweeper and tasks all come here; `domain.failure` decides, this acts.
"""

import random
import uuid
from collections.abc import Mapping

from vigia_detect.domain.alert_states import UNFINISHED
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import NOBODY_REACHED, AlertKind, AlertRequest
from vigia_detect.domain.failure import Decision, Failure, FailureKind, classify, decide, told_of
from vigia_detect.domain.ids import CaseId, alert_id
from vigia_detect.domain.policy import FailureSeverity, TaskPolicy
from vigia_detect.domain.records import StoredAlert
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import StageTimedOutError
from vigia_detect.log import get_logger
from vigia_detect.ports import UnitOfWork
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.joining import move_on

MESSAGES = str(uuid.uuid5(uuid.NAMESPACE_OID, "vigia:messages"))
"""The subject of what is wrong with messages, which belong to no case."""

log = get_logger()


class TaskFailureHandler:
    """Settles failed attempts by the one policy table."""

    def __init__(self, *, policies: Mapping[str, TaskPolicy], escalator: Escalator) -> None:
        self._policies = policies
        self._escalator = escalator

    def decide(
        self, run: Run, failure: Failure, *, severity: FailureSeverity | None = None
    ) -> Decision:
        """Return what follows from a failed attempt.

        Args:
            run: the attempt.
            failure: how it failed.
            severity: what giving up would mean here, when that is not what the table says.
        """
        policy = self._policies[run.task]
        jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
        decision = decide(policy, run, failure, jitter)
        if severity is None or severity.rank > decision.severity.rank:
            return decision
        return Decision(failure, severity, decision.pause_s, decision.outage)

    def settle(self, work: UnitOfWork, run: Run, decision: Decision) -> tuple[Run, ...]:
        """Give a stage's failed run back for another attempt, or give it up.

        Returns:
            runs to publish after the commit.

        Raises:
            LeaseLostError: this attempt is no longer the current one.
        """
        code = decision.failure.code
        if decision.pause_s is None:
            return self._give_up(work, run, code)
        if decision.failure.kind == FailureKind.WORKER_KILLED:
            work.runs.lose(run, code)  # nothing was wrong with the work: it goes on at once
        else:
            work.runs.retry(run, code, decision.pause_s, outage=decision.outage)
        return ()

    def nobody_reached(self, work: UnitOfWork, alert: StoredAlert) -> tuple[Run, ...]:
        """Tell an administrator, by other ways if there are any, that an alert reaches nobody.

        The alert itself stays open and is told again at its deadlines.
        """
        log.error("nobody_reached", alert_id=alert.id, severity=FailureSeverity.CRITICAL)
        if alert.kind == AlertKind.SYSTEM_ERROR:  # there is nobody further
            return ()
        request = AlertRequest(AlertKind.SYSTEM_ERROR, (NOBODY_REACHED,), drill=alert.drill)
        return tell_once(work, self._escalator, alert.subject, request, case_id=alert.case_id)

    def drop_message(self, work: UnitOfWork, failure: Failure) -> tuple[Run, ...]:
        """Record that a message was none of ours, and tell an administrator once an episode.

        No work is lost with it: work is rows, and what waits for a message is sent one again.
        """
        code = failure.code
        work.audit.write([AuditEntry(AuditEvent.MESSAGE_DROPPED, MESSAGES, detail={"code": code})])
        request = AlertRequest(AlertKind.SYSTEM_ERROR, (FailureKind.POISON_MESSAGE, code))
        return tell_once(work, self._escalator, MESSAGES, request)

    def _give_up(self, work: UnitOfWork, run: Run, code: str) -> tuple[Run, ...]:
        """End a stage's run without a result, tell a person, let the rest go on with what is known.

        Who asked for it again must hear of it, whatever was answered before.
        """
        work.runs.exhaust(run, code)
        stage, case_id = Stage(run.task), CaseId(run.subject)
        request = AlertRequest(told_of(stage), (f"{stage}_failed", code))
        _, told = self._escalator.open(work, case_id, case_id, request, asked=run.earlier > 0)
        return told + move_on(work, case_id, stage)


def failure_of(error: BaseException, timeout: type[BaseException]) -> Failure:
    """Classify what was raised; `timeout` is what the soft limit raises here."""
    if isinstance(error, timeout):
        return classify(StageTimedOutError("The task ran into its soft limit."))
    return classify(error)


def tell_once(
    work: UnitOfWork,
    escalator: Escalator,
    subject: str,
    request: AlertRequest,
    *,
    case_id: CaseId | None = None,
) -> tuple[Run, ...]:
    """Open a system's own alert unless somebody is at it already; return the runs to publish."""
    known = work.alerts.get(alert_id(subject, request.kind))
    at_it = known is not None and known.state in UNFINISHED
    return escalator.open(work, subject, case_id, request, asked=not at_it)[1]


def log_task_failure(
    task: str, decision: Decision, *, run: Run | None = None, error: BaseException | None = None
) -> None:
    """Write one line about a failed attempt: codes and ids, never an error's text.

    Args:
        task: the row of the policy table, or what was to be done.
        decision: what follows.
        run: the attempt, if there was one.
        error: what was raised, for its type and place.
    """
    failure = decision.failure
    gave_up = decision.pause_s is None
    write = log.error if gave_up else log.warning
    write(
        "task_gave_up" if gave_up else "task_failed",
        task=task,
        code=failure.code,
        kind=failure.kind,
        severity=decision.severity,
        exc_info=error,
        **({} if run is None else {"run_id": run.id, "attempt": run.attempt}),
    )
