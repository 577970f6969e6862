"""Where each kind of failure ends, computed by the code that decides it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, table
from vigia_detect.domain.case import Run
from vigia_detect.domain.decision import ending
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.failure import Failure, FailureKind, decide, told_of
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.policy import (
    NARRATIVE,
    NARRATIVE_OUTAGES,
    NARRATIVE_PAUSE_S,
    NOTIFICATION,
    OUTAGES,
    FailureSeverity,
    TaskPolicy,
    task_policies,
)
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CASE_TABLE, CaseState, RunState
from vigia_detect.settings import Settings
from vigia_detect.stages.failure_watch import EVERY_S
from vigia_detect.stages.notify import DELAY
from vigia_detect.stages.watchdog import EMERGENCY_WAITS_S, WAITS_S

KIND_MEANING = {
    FailureKind.RETRYABLE: "an error that may pass, or that nobody knows",
    FailureKind.NOT_RETRYABLE: "an error that says itself that another try cannot help",
    FailureKind.SOFT_LIMIT: "the task was asked to stop after its soft limit",
    FailureKind.HARD_LIMIT: "the task did not stop; its process was killed",
    FailureKind.WORKER_KILLED: "its process died: out of memory, a fault, the host",
    FailureKind.POISON_MESSAGE: "a message that cannot be read, of an unknown task, or with "
    "arguments that name nothing",
    FailureKind.DEPENDENCY_DOWN: "the database, the broker or the disk was away or full "
    "meanwhile, or the language model's server was away",
}

HEAD = """\
What is to be done when an attempt fails is decided in one place (`vigia_detect/domain/failure.py`)
by the [policy table](queues.md), and done in one place (`TaskFailureHandler` of
`vigia_detect/utils/failure_handler.py`), whoever notices it: the process itself, or a sweeper that
finds a lease run out. Each failed attempt is a line of the log (`task_failed`, `task_gave_up`) with
code, kind and severity, and an entry of the audit trail. Neither ever holds an error's text."""

WHERE = """\
This is where work ends that fails in the same way at every attempt. `Severity` is what giving up
means. The test `tests/integration/test_failure_matrix.py` makes each line happen."""

NOTES = f"""\
- **Tries** end with a person: a stage that is given up opens an alert and the other stages go on
  with what is known. Between two attempts the pause doubles, half of it by chance.
- **An outage** of what Vigia stands on says nothing about the case, so it uses up no try; its
  pauses grow too. After {OUTAGES} attempts, about ten minutes, it counts like any other failure: a
  person looks at the patient without us. A notification has no such patience, since the next
  contact must not wait. While the database itself is away nothing can be claimed or noted; what was
  under way then is taken back once it answers, which uses up one try an outage.
- **A killed process** cannot say why it died. Hard limit, lack of memory and a lost host look the
  same from outside: `worker_lost`. The work goes on with the next attempt at once.
- **A poison message** is dropped, recorded (`message.dropped`) and told to an administrator once
  an episode. No work hangs on a message: the run that it may have meant gets a new one.
- **The broker away**: nothing fails. New cases are accepted, and a sweeper sends what was not sent.
  When work has waited for more than {WAITS_S:g} s, an emergency's for more than
  {EMERGENCY_WAITS_S:g} s, the watchdog opens a `system_error` alert that says `work_waits` and lets
  the heartbeat stay away, so that somebody outside raises the alarm.
- **A notification that is given up** is told by the person's next contact, or the next step, at
  once. When nobody can be told at all, a `system_error` alert says `nobody_reached`.
- **A narrative** that is given up is on record (`narrative.absent`), and the case says why there is
  none; nobody is told, since nothing of the result lacks. A model's server that is away, left alone
  or faulty is an outage: {NARRATIVE_OUTAGES} attempts use up no try, with pauses from
  {NARRATIVE_PAUSE_S:g} s, doubled each time, so such a narrative ends after 8 to 16 minutes of
  pauses (`NARRATIVE_OUTAGES` in `vigia_detect/domain/policy.py`). A process that died gets one more
  try. One that was too slow, refused, or wrote nothing that can be shown gets none: it would take
  the slot from the next case. Attempts at narratives do not count for the rate below, and `vigia
  failed list` leaves them out.
- **An edit** of a message that was sent, to say who has taken the alert, may fail: nobody is told
  less by it."""

RETRY = """\
`vigia failed list` names what was given up: stages, and notifications whose alert is still open.
`vigia failed show` tells what happened. `vigia failed retry` asks for it again, with a name and a
reason: the same work with the same inputs, from the stage that failed, with all its tries. What the
stages gave before stays on record, and so does the reason, encrypted under the patient's key. The
case's urgency can rise by it, never fall, and its alerts stay as they are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what giving up means, and whom it concerns."""

    task: str
    severity: FailureSeverity
    work: str
    told: str


def page() -> str:
    """Return `failures.md`."""
    meanings = ((code(kind), KIND_MEANING[kind]) for kind in FailureKind)
    headings = ["Severity", "Task", "Failure", "Attempts", "Run", "Case", "Told"]
    return markdown.page(
        "Failures",
        HEAD,
        table(["Kind", "Meaning"], meanings),
        "## Where it ends",
        WHERE,
        table(headings, _rows()),
        NOTES,
        "## Asking for it again",
        RETRY,
        "## A rising rate",
        _rate(Settings.model_construct()),
    )


def _rate(own: Settings) -> str:
    return (
        f"Every {EVERY_S:g} s one of all processes counts the attempts that ended within "
        f"`VIGIA_FAILURE_WINDOW_S` ({own.failure_window_s:g} s). When at least "
        f"`VIGIA_FAILURE_LEAST` ({own.failure_least}) of them failed, and that is a share of "
        f"`VIGIA_FAILURE_RATE` ({own.failure_rate:g}) or more, one `system_error` alert says "
        "`failure_rate_high`. The episode ends when share or count has fallen to half of that; "
        "only then can another begin. Both are on record (`failures.rising`, `failures.settled`)."
    )


def _lines() -> Iterator[Line]:
    yield Line(NARRATIVE, task_policies()[NARRATIVE].severity, NARRATIVE, "")
    yield Line(NOTIFICATION, FailureSeverity.LOW, "notification (edit)", "")
    yield Line(NOTIFICATION, DELAY, "notification (another contact)", "next_contact")
    for stage in Stage:
        yield Line(stage, task_policies()[stage].severity, stage, told_of(stage))
    critical = FailureSeverity.CRITICAL
    yield Line(NOTIFICATION, critical, "notification (nobody else)", AlertKind.SYSTEM_ERROR)


def _rows() -> Iterator[list[str]]:
    for line in sorted(_lines(), key=lambda one: one.severity.rank):
        for kind in FailureKind:
            yield [code(line.severity), code(line.work), code(kind), *_end(line, kind)]


def _end(line: Line, kind: FailureKind) -> list[str]:
    """Return attempts, the run's end, the case's end and who is told."""
    poison = kind == FailureKind.POISON_MESSAGE
    run = RunState.DONE if poison else RunState.FAILED
    attempts = 1 if poison else _attempts(task_policies()[line.task], line.task, kind)
    told = AlertKind.SYSTEM_ERROR if poison else line.told
    return [str(attempts), code(run), code(_case_end(line, run)), code(told)]


def _case_end(line: Line, run: RunState) -> CaseState | str:
    if line.task in {NARRATIVE, NOTIFICATION}:
        return ""
    states = dict.fromkeys(Stage, RunState.DONE) | {Stage(line.task): run}
    failed = run == RunState.FAILED
    found = ending(states, review_required=False, alert_open=failed)
    assert found is not None  # noqa: S101 - all runs have ended
    return next(target for (_, event), target in CASE_TABLE.items() if event == found[0])


def _attempts(policy: TaskPolicy, task: str, kind: FailureKind) -> int:
    run = Run(RunId(""), task, "", 1, "")
    while (decision := decide(policy, run, Failure(kind, ""), 0.0)).pause_s is not None:
        run = replace(run, attempt=run.attempt + 1, outages=run.outages + decision.outage)
    return run.attempt
