"""The one policy table: task -> queue, time limits, attempts, backoff, severity.

Celery's configuration, the sweeper and the failure handling read this table and no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil
from types import MappingProxyType

from vigia_detect.domain.stages import Stage

NOTIFICATION = "notification"
DECISION_AUDIT = "medical_decision_audit"
NARRATIVE = "narrative"


class Queue(StrEnum):
    """Where a message waits.

    All work of an emergency case goes to `emergency`, which a reserved worker serves and every
    other worker serves first. Only what a language model writes never does: it may take minutes,
    and nothing waits for it. Nobody but the worker `narrative` serves its queue.
    """

    EMERGENCY = "emergency"
    MEDICAL_PRIORITY = "medical_priority"
    IMAGE_PROCESSING = "image_processing"
    NOTIFICATIONS = "notifications"
    AUDIT_LOGGING = "audit_logging"
    DEFAULT = "default"
    NARRATIVE = "narrative"


QUEUES: Mapping[str, Queue] = MappingProxyType(
    {
        Stage.IMAGE_ANALYSIS: Queue.IMAGE_PROCESSING,
        Stage.RISK_SCORE: Queue.MEDICAL_PRIORITY,
        Stage.MEDICAL_ANALYSIS: Queue.MEDICAL_PRIORITY,
        Stage.TRIAGE: Queue.MEDICAL_PRIORITY,
        Stage.AUDIT_LOG: Queue.AUDIT_LOGGING,
        DECISION_AUDIT: Queue.AUDIT_LOGGING,
        NOTIFICATION: Queue.NOTIFICATIONS,
        NARRATIVE: Queue.NARRATIVE,
    }
)


def queue_of(task: str, *, emergency: bool) -> Queue:
    """Return where a message of `task` waits."""
    return Queue.EMERGENCY if emergency and task != NARRATIVE else QUEUES[task]


class FailureSeverity(StrEnum):
    """How much a failure matters to the patient."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least; higher means worse."""
        return list(FailureSeverity).index(self)


LONGEST_PAUSE_S = 60.0
"""Between two attempts, unless a row says otherwise; engineering choice."""


@dataclass(frozen=True, slots=True)
class TaskPolicy:
    """How one task is run.

    Attributes:
        soft_limit_s: seconds after which the task is asked to stop (a typed failure).
        hard_limit_s: seconds after which its process is killed.
        max_attempts: how often it is tried in all, worker losses included.
        backoff_s: pause before the second attempt; doubles each time.
        severity: what an exhausted run means.
        max_outages: how many more attempts an outage of what we stand on may end, besides.
        longest_pause_s: what the pause stops growing at.
    """

    soft_limit_s: int
    hard_limit_s: int
    max_attempts: int
    backoff_s: float
    severity: FailureSeverity
    max_outages: int = 0
    longest_pause_s: float = LONGEST_PAUSE_S


OUTAGES = 20
"""With pauses of up to a minute these are about ten minutes (project policy): most outages are
shorter, and after that a person must look at the patient without us."""


NARRATIVE_GRACE_S = 30
"""Engineering choice: more than all but the model takes, so that its own deadline comes first."""
NARRATIVE_PAUSE_S = 60.0
NARRATIVE_OUTAGES = 4
"""How long a narrative waits for a model's server that is away: pauses of 1, 2, 4 and 8 minutes,
half of each random, then one of a minute before the last try. So it ends as `away` after 8 to 16
minutes of pauses (project policy: a server that loads or is restarted is back by then, and nobody
needs to read "is being written" for longer)."""


def task_policies(
    *,
    medical_timeout_s: int = 300,
    image_timeout_s: int = 240,
    narrative_deadline_s: float = 600.0,
) -> Mapping[str, TaskPolicy]:
    """Return the table for `MEDICAL_TASK_TIMEOUT` and `IMAGE_ANALYSIS_TIMEOUT` (hard limits).

    A soft limit lies a tenth before its hard one, so that a task can still say what happened. Those
    of a narrative lie after `VIGIA_LLM_DEADLINE_S`, which ends it in good order.
    """
    high, critical = FailureSeverity.HIGH, FailureSeverity.CRITICAL
    medical = _policy(medical_timeout_s, 3, 1.0, critical)
    return MappingProxyType(
        {
            Stage.IMAGE_ANALYSIS: _policy(image_timeout_s, 3, 1.0, high),
            Stage.RISK_SCORE: _policy(medical_timeout_s, 3, 1.0, high),
            Stage.MEDICAL_ANALYSIS: medical,
            Stage.TRIAGE: medical,
            # There is a result, but nothing has shown that its record is whole.
            Stage.AUDIT_LOG: _policy(60, 5, 1.0, high),
            DECISION_AUDIT: _policy(60, 5, 1.0, FailureSeverity.MEDIUM),
            # An outage is no excuse here: the next channel must not wait for its end.
            NOTIFICATION: replace(_policy(30, 8, 2.0, critical), max_outages=0),
            NARRATIVE: _narrative_policy(narrative_deadline_s),
        }
    )


def _policy(
    hard_limit_s: int, max_attempts: int, backoff_s: float, severity: FailureSeverity
) -> TaskPolicy:
    soft_limit_s = max(1, hard_limit_s - max(1, hard_limit_s // 10))
    return TaskPolicy(soft_limit_s, hard_limit_s, max_attempts, backoff_s, severity, OUTAGES)


def _narrative_policy(deadline_s: float) -> TaskPolicy:
    """A server that is away is waited for, in ever longer pauses; no case waits with it.

    The grace is for what is done besides asking the model, on a machine that is busy.
    """
    grace_s = max(NARRATIVE_GRACE_S, ceil(deadline_s / 10))
    soft_limit_s = ceil(deadline_s) + grace_s
    return TaskPolicy(
        soft_limit_s,
        soft_limit_s + grace_s,
        max_attempts=2,
        backoff_s=NARRATIVE_PAUSE_S,
        severity=FailureSeverity.LOW,
        max_outages=NARRATIVE_OUTAGES,
        longest_pause_s=NARRATIVE_PAUSE_S * 2 ** (NARRATIVE_OUTAGES - 1),
    )


def backoff_s(policy: TaskPolicy, attempt: int, jitter: float) -> float:
    """Return the seconds to wait after failed attempt number `attempt` (from 1).

    Full-jitter exponential backoff: half of the doubled pause is certain, half is random.

    Args:
        policy: the task's row of the table.
        attempt: the attempt that just failed.
        jitter: a number in [0, 1), drawn by the caller so that this stays a pure function.
    """
    pause = min(policy.longest_pause_s, policy.backoff_s * 2.0 ** (attempt - 1))
    return pause * (0.5 + 0.5 * jitter)


def may_retry(policy: TaskPolicy, attempt: int, *, retryable: bool) -> bool:
    """Tell whether another attempt follows failed attempt number `attempt`."""
    return retryable and attempt < policy.max_attempts
