"""A whole system on which everything happens that leaves an entry, in any order."""

import contextlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loop import CLOCKS, PEOPLE, Broker, Phone
from pen import Pen
from sqlalchemy import text
from ward import ProcessKilledError, server_of

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.case import CaseFile, Run, StageOutput, StageResults, Verdict
from vigia_detect.domain.escalation import AlertKind, AlertRequest, Answer
from vigia_detect.domain.ids import AlertId, CaseId
from vigia_detect.domain.narrative import Narrative
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.domain.retention import HoldReason
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import (
    AnswerRefusedError,
    ChannelPermanentError,
    ChannelTemporaryError,
    ModelRefusedError,
    NotFoundError,
    NotPossibleError,
)
from vigia_detect.settings import Settings
from vigia_detect.stages.reopening import reopen
from vigia_detect.stages.runner import StageBody
from vigia_detect.testing import draw_wound

PICTURE = draw_wound(1, (64, 64))
ANSWERS = (AlertEvent.ACKNOWLEDGE, AlertEvent.DECLINE, AlertEvent.ACT, AlertEvent.CLOSE)


class Trouble:
    """Makes stages and channels fail now and then."""

    def __init__(self, turned: random.Random) -> None:
        self.turned = turned
        self.stage = self.kill = 0.0
        self.kinds: tuple[AlertKind | None, ...] = (None, AlertKind.URGENT, AlertKind.EMERGENCY)

    def __call__(self, _case: CaseFile, _inputs: StageResults) -> StageOutput:
        if self.turned.random() < self.kill:
            raise ProcessKilledError
        if self.turned.random() < self.stage:
            raise ValueError("a bug")
        return StageOutput({"done": True}, made_by={"rules": "test-1"})

    def triage(self, case: CaseFile, inputs: StageResults) -> StageOutput:
        output = self(case, inputs)
        kind = self.turned.choice(self.kinds)
        alerts = () if kind is None else (AlertRequest(kind, ("rule",)),)
        review = self.turned.random() < 0.5
        return StageOutput(output.result, alerts, Verdict(Urgency.ROUTINE, review))


class DyingPhone(Phone):
    """A channel whose process may die while it sends."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self._trouble = trouble

    def send(self, message, to):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        if self._trouble.turned.random() < self._trouble.kill:
            raise ProcessKilledError
        return super().send(message, to)


class FailingPen(Pen):
    """A model that refuses now and then, and whose process may die meanwhile."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self._trouble = trouble

    def narrate(self, case: CaseFile, results: StageResults, *, within_s: float) -> Narrative:
        if self._trouble.turned.random() < self._trouble.kill:
            raise ProcessKilledError
        if self._trouble.turned.random() < self._trouble.stage:
            raise ModelRefusedError("no")
        return super().narrate(case, results, within_s=within_s)


class Workload:
    """Does things to a system whose worker is the test's own thread."""

    def __init__(self, url: str, home: Path, seed: int) -> None:
        home.mkdir(exist_ok=True)
        (home / "escalation.yaml").write_text(PEOPLE)
        self.turned = random.Random(seed)  # noqa: S311 - a test's own choices
        self.broker, self.trouble = Broker(), Trouble(self.turned)
        self.phone, self.pen = DyingPhone(self.trouble), FailingPen(self.trouble)
        self.bodies: dict[Stage, StageBody] = dict.fromkeys(Stage, self.trouble)
        self.bodies[Stage.TRIAGE] = self.trouble.triage
        self.vigia = Vigia(
            Settings(home=home, database_url=url, lease_s=1.0),
            bodies=self.bodies,
            publisher=self.broker,
            channels=self.phone,
            writer=self.pen,
        )
        self.vigia.store.upgrade()
        self.cases: list[str] = []

    def some(self, steps: int) -> None:
        """Do some things in random order."""
        deeds = (
            *(self.submit, self.work, self.work, self.wait, self.answer, self.read),
            *(self.refuse, self.break_stages, self.break_channels, self.ask, self.forget_deadlines),
            self.begin_anew,
        )
        for _ in range(steps):
            self.turned.choice(deeds)()

    def everything(self) -> None:
        """Let each kind of entry come about at least once."""
        self.trouble.kinds = (AlertKind.URGENT,)
        self.submit("routine")
        self.work_off()
        self.vigia.desk.escalate("emergency", case_id=self.cases[0], reasons=("asked",))
        for seconds in (125.0, 1000.0, 1000.0):
            self.wait(seconds)
        self.work_off()
        for said in (AlertEvent.DECLINE, AlertEvent.ACKNOWLEDGE):
            self.answer(said)
        self.wait(1000.0)
        for said in (AlertEvent.ACKNOWLEDGE, AlertEvent.ACT, AlertEvent.CLOSE):
            self.answer(said)
        self.fail()
        self.read()
        self.refuse()
        self.forget_deadlines()
        self.hold()
        self.begin_anew(Stage.IMAGE_ANALYSIS)
        self.work_off()

    def hold(self) -> None:
        """Place a hold and release it."""
        holds = self.vigia.holds
        held = holds.place(self.cases[0], reason=HoldReason.COMPLAINT, reference="C-1", by="ana")
        holds.release(held, by="ana")

    def fail(self) -> None:
        """Let stages, the language model and channels fail in each way."""
        self.trouble.kinds = (None,)
        self.submit("routine")
        self.trouble.kill = 1.0
        self.work_off()
        self.pen.failing, self.trouble.kill = ModelRefusedError("no"), 0.0
        self.submit("routine")
        self.work_off()
        self.pen.failing, self.trouble.stage = None, 1.0
        for _ in range(4):
            self.wait(70.0)
            self.work_off()
        self.trouble.stage = 0.0
        self.ask()
        self.phone.failures = [ChannelPermanentError("gone")]
        self.work_off()
        self.ask()
        self.trouble.kill = 1.0
        self.work_off()
        self.trouble.kill = 0.0
        self.wait(70.0)
        self.work_off()

    def begin_anew(self, stage: Stage | None = None) -> None:
        """Ask for a stage again of all cases that have ended."""
        stage = stage or self.turned.choice(list(Stage))
        for case in self.cases:
            with contextlib.suppress(NotPossibleError), self.vigia.store.begin() as work:
                vault = self.vigia.vault
                ready = reopen(work, CaseId(case), stage, by="ana", reason="asked", vault=vault)
                work.commit()
                self.broker.messages.extend(ready)

    def work_off(self) -> None:
        """Deliver every message until none is left."""
        while self.broker.messages:
            self.work()

    def submit(self, priority: str | None = None) -> None:
        code = f"P-{self.turned.randrange(4)}"
        priority = priority or self.turned.choice(("routine", "emergency"))
        asked = Options.parse({"priority": priority})
        accepted = self.vigia.intake.accept(Submission(PICTURE, code, {}, asked, "nurse"))
        self.cases.append(accepted.case_id)

    def work(self) -> None:
        """Deliver some messages, some of them twice."""
        for _ in range(self.turned.randint(1, 12)):
            if not self.broker.messages:
                return
            run = self.broker.messages.popleft()
            for _ in range(self.turned.choice((1, 1, 1, 2))):
                self.deliver(run)

    def deliver(self, run: Run) -> None:
        with contextlib.suppress(ProcessKilledError):
            server_of(self.vigia, run).run(run.id, run.attempt)

    def wait(self, seconds: float | None = None) -> None:
        """Let time pass, and the sweeper do what is due."""
        seconds = seconds or self.turned.choice((2.0, 125.0, 1000.0))
        with self.vigia.store.begin() as work:
            for table, columns in CLOCKS.items():
                moved = ", ".join(f"{name} = {name} - {seconds}" for name in columns)
                work._connection.execute(text(f"update {table} set {moved}"))  # noqa: S608
            work.commit()
        self.vigia.sweeper.sweep()

    def answer(self, event: AlertEvent | None = None) -> None:
        """Let somebody say something, to one alert or, when it is given, to all."""
        alerts = list(self.vigia.desk.alerts(limit=20))
        if event is None and alerts:
            alerts = [self.turned.choice(alerts)]
        for alert in alerts:
            said = event or self.turned.choice(ANSWERS)
            self.vigia.desk.answer(alert.id, Answer(said, self.turned.choice("abc"), "test"))

    def ask(self) -> None:
        kind = self.turned.choice(("emergency", "human_review", "high_risk"))
        self.vigia.desk.escalate(kind, case_id=None, reasons=("asked",))

    def read(self) -> None:
        if self.cases:
            case = self.turned.choice(self.cases)
            self.vigia.desk.report(case, actor="nurse")
            self.vigia.trail.of_case(case, actor="auditor")
            with contextlib.suppress(NotFoundError):
                self.vigia.desk.attachment(case, "overlay", actor="nurse")
        self.vigia.trail.note_export("jsonl", actor="auditor")

    def refuse(self) -> None:
        alerts = self.vigia.desk.alerts(limit=20)
        if alerts:
            token = self.vigia.answers.token(AlertId(alerts[0].id), "ana")
            for _ in range(2):
                with contextlib.suppress(AnswerRefusedError):
                    self.vigia.answers.follow(token, "not_mine")

    def break_stages(self) -> None:
        self.trouble.stage = self.turned.choice((0.0, 0.3, 0.9))
        self.trouble.kill = self.turned.choice((0.0, 0.0, 0.3))

    def break_channels(self) -> None:
        kind = self.turned.choice((ChannelTemporaryError, ChannelPermanentError))
        self.phone.failures = [kind("broken")] * self.turned.randrange(3)

    def forget_deadlines(self) -> None:
        """Lose the deadlines, by a bug, and let the watchdog find out."""
        with self.vigia.store.begin() as work:
            work._connection.execute(text("delete from timers where kind <> 'beat'"))
            work._connection.execute(text("update timers set look_at = 0"))
            work.commit()
        self.vigia.watchdog.look()


@contextmanager
def workload(url: str, home: Path, seed: int) -> Iterator[Workload]:
    """Open a system and close its database at the end."""
    made = Workload(url, home, seed)
    try:
        yield made
    finally:
        made.vigia.close()
