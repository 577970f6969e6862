from collections.abc import Mapping

from vigia_detect.cli.system import processes
from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, codes, table
from vigia_detect.domain.policy import (
    LONGEST_PAUSE_S,
    NARRATIVE,
    QUEUES,
    FailureSeverity,
    Queue,
    task_policies,
)
from vigia_detect.settings import Settings

SEVERITY_MEANING: Mapping[FailureSeverity, str] = {
    FailureSeverity.LOW: "nothing that a patient would notice",
    FailureSeverity.MEDIUM: "a delay",
    FailureSeverity.HIGH: "the result lacks a part; a person must look",
    FailureSeverity.CRITICAL: "there is no result, or nobody was reached",
}

HEAD = """\
One table says how each task is run (`vigia_detect/domain/policy.py`); Celery's configuration, the
sweeper and the retry logic read it and nothing else. Every stage of an emergency case, and the
notifications of an emergency alert, wait in `emergency`; what a language model writes never does.
"""

BACKOFF = f"""\
After a failed attempt the pause doubles, up to {LONGEST_PAUSE_S:g} s (those of `narrative`
up to {task_policies()[NARRATIVE].longest_pause_s:g} s); half of it is certain and half is random,
so that many runs that failed together do not come back together. A worker that dies counts as an
attempt. The limits of the medical tasks follow `MEDICAL_TASK_TIMEOUT` and
`IMAGE_ANALYSIS_TIMEOUT` (hard limit; the soft one lies a tenth before it); those of `narrative`
follow `VIGIA_LLM_DEADLINE_S`, at which it ends by itself."""


ASKING = """\
Other programs may send these to Celery; they go to `notifications`. A message holds ids and a code,
never a text. What they ask for becomes rows of the one path that all notifications take, so it is
sent until a provider accepts, escalates, and is not sent twice when a message comes twice. While
the database is away the message goes back to its queue. From Python without Celery, use
`trigger_escalation_pipeline`."""

ASKED = (
    (
        "vigia_detect.tasks.notifications.notify_slack_task(alert_id)",
        "tells by Slack, too, those whom an open alert has told last",
    ),
    (
        "vigia_detect.tasks.notifications.medical_alert_slack_task(case_id, escalation_type)",
        "opens an alert about a case (`emergency`, unless said), and tells by Slack besides",
    ),
)


def page() -> str:
    """Return `queues.md`."""
    return markdown.page(
        "Queues and tasks",
        HEAD,
        _policy_table(),
        BACKOFF,
        "## Tasks that ask",
        ASKING,
        table(["Asking task", "What it does"], ((code(name), does) for name, does in ASKED)),
        "## Queues, most important first",
        table(["Queue", "Tasks", "Processes of `vigia up` that serve it"], _queue_rows()),
        "## What it means that a task gave up",
        table(["Severity", "Meaning"], ((code(s), SEVERITY_MEANING[s]) for s in FailureSeverity)),
    )


def _policy_table() -> str:
    headings = ["Task", "Queue", "Soft limit, s", "Hard limit, s", "Attempts"]
    rows = (
        [
            code(task),
            code(QUEUES[task]),
            row.soft_limit_s,
            row.hard_limit_s,
            row.max_attempts,
            row.backoff_s,
            row.severity,
        ]
        for task, row in task_policies().items()
    )
    return table([*headings, "First pause, s", "Severity"], rows)


def _queue_rows() -> list[tuple[str, str, str]]:
    asked = Settings.model_construct()
    workers = processes(asked)
    # the one that is started only where there is a model
    with_model = processes(asked.model_copy(update={"llm_base_url": "http://127.0.0.1:8080/v1"}))
    workers += [one for one in with_model if one.name not in {other.name for other in workers}]
    return [
        (
            code(queue),
            codes(task for task, waits in QUEUES.items() if waits == queue)
            or ("all work of emergencies" if queue == Queue.EMERGENCY else "none of Vigia's own"),
            ", ".join(worker.name for worker in workers if queue in worker.serves),
        )
        for queue in Queue
    ]
