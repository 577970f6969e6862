"""Each line of the table in `docs/reference/failures.md`, made to happen.

What is expected is read from the page that people read, not from the code that writes it. What
fails is real: the Celery tasks of ours run in this process, and their bodies and channels fail. A
killed process is one that never says a word again; `tests/acceptance/test_shutdown.py` and
`test_poison.py` do the same to real worker processes.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from loop import CLOCKS, PEOPLE, Loop, Phone
from pen import Pen
from sqlalchemy import text
from ward import ProcessKilledError, System

import vigia_detect.tasks  # noqa: F401 - registers the tasks
from vigia_detect.bootstrap import Vigia, install, reset
from vigia_detect.core.celery_config import TASK_NAMES, celery_app
from vigia_detect.domain.case import CaseFile, Run, StageOutput, StageResults
from vigia_detect.domain.failure import FailureKind
from vigia_detect.domain.ids import AlertId, CaseId, RunId
from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.domain.policy import NARRATIVE, NOTIFICATION, FailureSeverity
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CASE_ENDS, RUN_ENDS, CaseState
from vigia_detect.errors import CorruptDataError, DatabaseUnavailableError
from vigia_detect.settings import Settings
from vigia_detect.stages.failures import MESSAGES
from vigia_detect.stages.runner import StageBody

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "failures.md"
SECRET = "Ana Pérez"
FAILURES: dict[str, BaseException] = {
    "retryable": RuntimeError(SECRET),
    "not_retryable": CorruptDataError(SECRET),
    "soft_limit": SoftTimeLimitExceeded(SECRET),
    "hard_limit": ProcessKilledError(SECRET),
    "worker_killed": ProcessKilledError(SECRET),
    "dependency_down": DatabaseUnavailableError(SECRET),
}
CALM = """\
    severity: urgent
    accept_within_s: 80000
    nobody_after_s: 80000
    repeat_every_s: 80000
    act_within_s: 80000
    fallback: admin
"""
ONE_STEP = "  {kind}:\n    steps: [{{after_s: 0, roles: [{role}]}}]\n" + CALM
POLICIES = (
    PEOPLE  # ana has two contacts, bea one
    + ONE_STEP.format(kind="human_review", role="medical_team")
    + ONE_STEP.format(kind="high_risk", role="nursing_team")
)


@dataclass(frozen=True)
class Line:
    """One line of the page's table."""

    severity: str
    task: str
    failure: str
    attempts: int
    run: str
    case: str
    told: str


def lines() -> list[Line]:
    rows = [line[2:-2].split(" | ") for line in PAGE.read_text().splitlines()]
    cells = [[cell.strip("` |") for cell in row] for row in rows if row[0].startswith("`")]
    return [Line(*row[:3], int(row[3]), *row[4:]) for row in cells if len(row) == 7]


LINES = lines()


class FailingPhone(Phone):
    """A phone that fails as it is told, whatever is to be sent or edited."""

    def __init__(self) -> None:
        super().__init__()
        self.failing: BaseException | None = None

    def send(self, message: Message, to: Recipient) -> Receipt:
        if self.failing is not None and to.channel == "slack":
            raise self.failing
        return super().send(message, to)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:
        if self.failing is not None:
            raise self.failing
        super().update(message, to, provider_id, text)


class FailingLoop(Loop):
    """The loop with such a phone."""

    def process(self, settings: Settings) -> Vigia:
        self.failing = FailingPhone()
        self.phone = self.failing
        return super().process(settings)


@pytest.fixture(scope="module")
def pen() -> Pen:
    return Pen()


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, pen: Pen) -> Iterator[System]:
    home = tmp_path_factory.mktemp("ward")
    made = System(f"sqlite:///{home / 'vigia.db'}", home, pen=pen)
    yield made
    made.vigia.close()


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FailingLoop]:
    home = tmp_path_factory.mktemp("loop")
    made = FailingLoop(f"sqlite:///{home / 'vigia.db'}", home, POLICIES)
    yield made
    made.vigia.close()


@pytest.fixture(autouse=True)
def _forget_parts() -> Iterator[None]:
    yield
    reset()


def of_stages(line: Line) -> bool:
    return line.task in set(Stage)


def of_notifications(line: Line) -> bool:
    return line.task.startswith(NOTIFICATION)


def named(line: Line) -> str:
    return f"{line.severity}-{line.task}-{line.failure}"


def test_the_page_has_every_severity_times_every_kind() -> None:
    pairs = {(line.severity, line.failure) for line in LINES}
    assert pairs == {(s.value, k.value) for s in FailureSeverity for k in FailureKind}
    assert {line.task for line in LINES if of_stages(line)} == set(Stage)


@pytest.mark.parametrize("line", [line for line in LINES if of_stages(line)], ids=named)
def test_a_stage_ends_where_the_page_says(
    line: Line, ward: System, capsys: pytest.CaptureFixture[str]
) -> None:
    stage, usual = Stage(line.task), ward.bodies[Stage(line.task)]
    install(ward.vigia)
    case_id = CaseId(ward.submit())
    if line.failure == "poison_message":
        poison(stage)
        drop(ward, stage)
    else:
        ward.bodies[stage] = failing(FAILURES[line.failure])
    until_ended(ward, case_id)
    ward.bodies[stage] = usual
    (run,) = [one for one in ward.vigia.desk.status(case_id).runs if one.task == stage]
    assert (run.state, run.attempt) == (line.run, line.attempts)
    assert ward.state(case_id) == line.case
    assert others_are_done(ward, case_id, stage)
    assert line.told in told(ward.vigia, case_id if line.run == "failed" else MESSAGES)
    assert_logged(line, capsys.readouterr().err, run.id)


@pytest.mark.parametrize("line", [line for line in LINES if of_notifications(line)], ids=named)
def test_a_notification_ends_where_the_page_says(
    line: Line, loop: FailingLoop, capsys: pytest.CaptureFixture[str]
) -> None:
    install(loop.vigia)
    nobody, edit = line.task.endswith("(nobody else)"), line.task.endswith("(edit)")
    alert = AlertId(loop.open("high_risk" if nobody else "human_review"))
    run, subject = loop.broker.messages[0], loop.vigia.desk.alert(alert).subject
    if edit:
        run = acknowledged(loop, alert)
    if line.failure == "poison_message":
        poison(NOTIFICATION)
        loop.broker.messages.clear()
    else:
        loop.failing.failing = FAILURES[line.failure]
    work_until(loop, lambda: state_of(loop, run)[0] in RUN_ENDS)
    state, attempt = state_of(loop, run)
    if nobody and state == "failed":  # what is told next fails too, until nothing is left to try
        work_until(loop, lambda: line.told in told(loop.vigia, subject))
    loop.failing.failing = None
    assert (state, attempt) == (line.run, line.attempts)
    if line.told == "next_contact":
        assert "ana/email" in loop.now_told()
    elif line.told:
        assert line.told in told(loop.vigia, MESSAGES if line.run == "done" else subject)
    else:
        assert told(loop.vigia, subject) == {"human_review"}
    assert_logged(line, capsys.readouterr().err, run.id)
    for one in loop.vigia.desk.alerts(limit=99):
        loop.vigia.desk.acknowledge(one.id, by="Eva")
    loop.after(600)  # channels that were shut are open again


@pytest.mark.parametrize("line", [line for line in LINES if line.task == NARRATIVE], ids=named)
def test_a_narrative_ends_where_the_page_says(
    line: Line, ward: System, pen: Pen, capsys: pytest.CaptureFixture[str]
) -> None:
    install(ward.vigia)
    case_id = CaseId(ward.submit())
    if line.failure == "poison_message":
        poison(NARRATIVE)
    else:
        pen.failing = FAILURES[line.failure]
    state = until_ended(ward, case_id)
    until(ward, lambda: narrative_of(ward, case_id)[1] in RUN_ENDS)
    pen.failing = None
    run_id, run, attempt = narrative_of(ward, case_id)
    assert (run, attempt) == (line.run, line.attempts)
    assert ward.state(case_id) == state == CaseState.COMPLETED
    assert told(ward.vigia, case_id) == set()
    if line.told:
        assert line.told in told(ward.vigia, MESSAGES)
    report = ward.vigia.desk.report(case_id, actor="test").narrative
    assert report.state == ("told" if line.run == "done" else "absent")
    assert_logged(line, capsys.readouterr().err, run_id)


def failing(error: BaseException) -> StageBody:
    def body(_case: CaseFile, _inputs: StageResults) -> StageOutput:
        raise error

    return body


def poison(task: str) -> None:
    """Deliver a message of this task that names no run of ours."""
    celery_app.tasks[TASK_NAMES[task]](SECRET, 0)


def drop(ward: System, stage: Stage) -> None:
    """Lose the message that a poison message came in the place of."""
    kept = [run for run in ward.broker.messages if run.task != stage]
    ward.broker.messages.clear()
    ward.broker.messages.extend(kept)


def deliver(run: Run) -> None:
    """Do as a worker does with a message; a process that dies says nothing more."""
    with contextlib.suppress(ProcessKilledError):
        celery_app.tasks[TASK_NAMES[run.task]](run.id, run.attempt)


def pass_time(vigia: Vigia, seconds: float) -> None:
    with vigia.store.begin() as work:
        for table, columns in CLOCKS.items():
            moved = ", ".join(f"{name} = {name} - {seconds}" for name in columns)
            work._connection.execute(text(f"update {table} set {moved}"))  # noqa: S608
        work.commit()


def until_ended(ward: System, case_id: CaseId) -> CaseState:
    until(ward, lambda: ward.state(case_id) in CASE_ENDS)
    return ward.state(case_id)


def until(ward: System, done: Callable[[], bool]) -> None:
    for _ in range(60):
        while ward.broker.messages:
            deliver(ward.broker.messages.popleft())
        if done():
            return
        pass_time(ward.vigia, 70)
        ward.vigia.sweeper.sweep()
    raise AssertionError("it never ended")


def narrative_of(ward: System, case_id: CaseId) -> tuple[str, str, int]:
    """Return id, state and attempts of the run that writes about a case."""
    asked = text("select id, state, attempt from runs where case_id = :id and task = 'narrative'")
    with ward.vigia.store.read() as work:
        known, state, attempt = work._connection.execute(asked, {"id": case_id}).one()
    return known, state, attempt


def state_of(loop: FailingLoop, run: Run) -> tuple[str, int]:
    """Return a run's state and how many attempts it had."""
    asked = text("select state, attempt from runs where id = :id")
    with loop.vigia.store.read() as work:
        state, attempt = work._connection.execute(asked, {"id": run.id}).one()
    return state, attempt


def work_until(loop: FailingLoop, done: Callable[[], bool]) -> None:
    for _ in range(60):
        while loop.broker.messages:
            deliver(loop.broker.messages.popleft())
        if done():
            return
        pass_time(loop.vigia, 70)
        loop.vigia.sweeper.sweep()
    raise AssertionError("it never came")


def acknowledged(loop: FailingLoop, alert: AlertId) -> Run:
    """Let the alert be told and taken on; return the run that edits its message."""
    while loop.broker.messages:
        deliver(loop.broker.messages.popleft())
    assert loop.vigia.desk.acknowledge(alert, by="Ana")
    (edit,) = loop.broker.messages
    return edit


def told(vigia: Vigia, subject: str) -> set[str]:
    """Return the kinds of alerts about a subject."""
    return {alert.kind for alert in vigia.desk.alerts(limit=999) if alert.subject == subject}


def others_are_done(ward: System, case_id: CaseId, stage: Stage) -> bool:
    runs = ward.vigia.desk.status(case_id).runs
    return all(run.state == "done" for run in runs if run.task != stage)


def assert_logged(line: Line, log: str, run_id: RunId) -> None:
    """Nothing is silent: the last line about it says what it was and how bad; no text leaks."""
    assert SECRET not in log
    said = [json.loads(one) for one in log.splitlines() if one.startswith("{")]
    gave_up = [one for one in said if one["event"] == "task_gave_up"]
    if line.failure == "poison_message":
        (entry,) = [one for one in gave_up if one["task"] == "message"]
        assert (entry["kind"], entry["code"]) == ("poison_message", "arguments")
        return
    (entry,) = [one for one in gave_up if one.get("run_id") == run_id]
    kind = "worker_killed" if line.failure == "hard_limit" else line.failure
    severity = "medium" if line.task.endswith("(nobody else)") else line.severity
    assert (entry["kind"], entry["severity"]) == (kind, severity)
    if line.task.endswith("(nobody else)"):
        (shout,) = [one for one in said if one["event"] == "nobody_reached"]
        assert shout["severity"] == "critical"
