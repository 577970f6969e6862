"""A whole pipeline on a real store, whose worker is the test's own thread."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from loop import Broker, Phone

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import CaseFile, Run, StageOutput, StageResults, Verdict
from vigia_detect.domain.ids import RunId
from vigia_detect.domain.options import Options
from vigia_detect.domain.policy import NARRATIVE, NOTIFICATION
from vigia_detect.domain.records import Submission
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.domain.triage import Urgency
from vigia_detect.settings import Settings
from vigia_detect.stages.narratives import Writer
from vigia_detect.stages.runner import StageBody
from vigia_detect.testing import draw_wound

PICTURE = draw_wound(1, (96, 96))


def triage(urgency: Urgency, *, review: bool) -> StageBody:
    def body(_case: CaseFile, _inputs: StageResults) -> StageOutput:
        return StageOutput({}, (), Verdict(urgency, review))

    return body


def nothing(_case: CaseFile, _inputs: StageResults) -> StageOutput:
    return StageOutput({"done": True})


class ProcessKilledError(BaseException):
    """The end of the process: nothing after it runs, not even the code that notes failures."""


class Serves(Protocol):
    """What runs one kind of work."""

    def run(self, run_id: RunId, attempt: int) -> None: ...


def server_of(vigia: Vigia, run: Run) -> Serves:
    """Return the part that a worker would give this run to."""
    kinds: dict[str, Serves] = {
        NOTIFICATION: vigia.notifications,
        NARRATIVE: vigia.narratives,
    }
    return kinds.get(run.task, vigia.runner)


class System:
    """A whole pipeline whose worker is the test's own thread."""

    def __init__(self, url: str, home: Path, *, pen: Writer | None = None) -> None:
        self.broker = Broker()
        self.phone = Phone()
        self.bodies: dict[Stage, StageBody] = dict.fromkeys(Stage, nothing)
        self.bodies[Stage.TRIAGE] = triage(Urgency.ROUTINE, review=False)
        settings = Settings(home=home, database_url=url, lease_s=1.0)
        self.vigia = Vigia(
            settings,
            bodies=self.bodies,
            publisher=self.broker,
            channels=self.phone,
            writer=pen,
        )
        self.vigia.store.upgrade()

    def submit(self, code: str = "P-1", **options: str) -> str:
        asked = Options.parse(options)
        return self.vigia.intake.accept(Submission(PICTURE, code, {}, asked)).case_id

    def work(self) -> None:
        """Deliver every message until none is left."""
        while self.broker.messages:
            self.deliver(self.broker.messages.popleft())

    def deliver(self, run: Run) -> None:
        with contextlib.suppress(ProcessKilledError):
            server_of(self.vigia, run).run(run.id, run.attempt)

    def work_until(self, done: Callable[[], bool], limit_s: float = 20.0) -> None:
        """Work and sweep until something holds, as workers do."""
        deadline = time.monotonic() + limit_s
        while not done():
            assert time.monotonic() < deadline, "it never came"
            self.vigia.sweeper.sweep()
            self.work()
            time.sleep(0.02)

    def state(self, case_id: str) -> CaseState:
        return self.vigia.desk.status(case_id).case.state

    def run_state(self, case_id: str, stage: Stage) -> RunState:
        (found,) = [run for run in self.vigia.desk.status(case_id).runs if run.task == stage]
        return found.state

    def ended(self, case_id: str) -> Callable[[], bool]:
        return lambda: self.vigia.desk.status(case_id).case.finished_at is not None

    def events(self, subject: str) -> list[AuditEvent]:
        with self.vigia.store.read() as work:
            return [entry.event for _, entry in work.audit.of_subject(subject)]
