"""The names by which users' documents know the handling of failures.

The parts lie where the import arrows want them: `domain.policy` (severity, retries),
`domain.failure` (kinds, decisions) and `stages.failures` (what is done). This is the same code.
"""

from vigia_detect.domain.failure import Decision, Failure, FailureKind, classify
from vigia_detect.domain.policy import FailureSeverity
from vigia_detect.stages.failures import TaskFailureHandler, log_task_failure

__all__ = [
    "Decision",
    "Failure",
    "FailureKind",
    "FailureSeverity",
    "TaskFailureHandler",
    "classify",
    "log_task_failure",
]
