"""What a failed attempt is, and what follows from it: pure, one place for every kind of work.

`docs/reference/failures.md` is this file and the policy table, spelled out.
"""

from dataclasses import dataclass
from enum import StrEnum

from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.policy import FailureSeverity, TaskPolicy, backoff_s, may_retry
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import (
    ChannelTemporaryError,
    NoNarrativeError,
    PoisonMessageError,
    StageTimedOutError,
    UnavailableError,
    VigiaError,
)

WORKER_LOST = "worker_lost"
CODE_LENGTH = 64


class FailureKind(StrEnum):
    """How an attempt can end without a result."""

    RETRYABLE = "retryable"
    NOT_RETRYABLE = "not_retryable"
    SOFT_LIMIT = "soft_limit"
    HARD_LIMIT = "hard_limit"
    WORKER_KILLED = "worker_killed"
    POISON_MESSAGE = "poison_message"
    DEPENDENCY_DOWN = "dependency_down"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt.

    Attributes:
        kind: how it ended.
        code: short stable name of the reason, never an error's text.
        retry_after_s: how long somebody asked to be left alone, in seconds; None: nobody did.
    """

    kind: FailureKind
    code: str
    retry_after_s: float | None = None

    @property
    def told_to_wait(self) -> bool:
        """Whether the other side only asked to be left alone for a while."""
        return self.retry_after_s is not None

    @property
    def retryable(self) -> bool:
        """Whether another attempt can help."""
        return self.kind not in {FailureKind.NOT_RETRYABLE, FailureKind.POISON_MESSAGE}


LOST = Failure(FailureKind.WORKER_KILLED, WORKER_LOST)
"""The process went silent: killed by its hard limit, by the system, or with its whole host. From
outside these cannot be told apart, and the same follows."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a failure.

    Attributes:
        severity: what it means to the patient, now.
        pause_s: seconds before the next attempt; None: there is none.
        outage: the attempt is counted with the outages, not with the tries.
    """

    failure: Failure
    severity: FailureSeverity
    pause_s: float | None
    outage: bool = False


def classify(error: BaseException) -> Failure:
    """Tell what kind of failure an error is. Whether another try can help is its own property.

    What we do not know may pass by itself, so it is tried again.
    """
    code = error_code(error)
    if isinstance(error, StageTimedOutError):
        return Failure(FailureKind.SOFT_LIMIT, code)
    if isinstance(error, UnavailableError | NoNarrativeError) and error.retryable:
        return Failure(FailureKind.DEPENDENCY_DOWN, code)
    if isinstance(error, PoisonMessageError):
        return Failure(FailureKind.POISON_MESSAGE, code)
    asked = error.retry_after_s if isinstance(error, ChannelTemporaryError) else None
    retryable = getattr(error, "retryable", True)
    kind = FailureKind.RETRYABLE if retryable else FailureKind.NOT_RETRYABLE
    return Failure(kind, code, asked)


def error_code(error: BaseException) -> str:
    """Return a short stable name for an error; never its text."""
    name = type(error).__name__
    if isinstance(error, VigiaError):
        return str(getattr(error, "code", "") or name.removesuffix("Error"))[:CODE_LENGTH]
    return name[:CODE_LENGTH]


def decide(policy: TaskPolicy, run: Run, failure: Failure, jitter: float) -> Decision:
    """Return what follows from a failed attempt.

    An outage of what we stand on says nothing about the work, so it uses up no try; but it may not
    hide a case for ever: after `policy.max_outages` it counts like any other failure. Who is told
    to wait waits, however often: the alert's own deadlines use the next channel meanwhile.

    Args:
        policy: the task's row of the table.
        run: the attempt that failed.
        failure: how.
        jitter: a number in [0, 1), drawn by the caller.
    """
    away = failure.kind == FailureKind.DEPENDENCY_DOWN and run.outages < policy.max_outages
    outage = away or failure.told_to_wait
    if not outage and not may_retry(policy, run.tries, retryable=failure.retryable):
        return Decision(failure, policy.severity, None)
    pause = backoff_s(policy, run.outages + 1 if outage else run.tries, jitter)
    severity = min(policy.severity, FailureSeverity.MEDIUM, key=lambda level: level.rank)
    return Decision(failure, severity, max(pause, failure.retry_after_s or 0.0), outage)


def told_of(stage: Stage) -> AlertKind:
    """Return the alert that a stage without a result opens."""
    return AlertKind.SYSTEM_ERROR if stage == Stage.AUDIT_LOG else AlertKind.HUMAN_REVIEW
