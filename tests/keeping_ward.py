"""A ward whose cases run in the test's own thread, on a real store, with a clock it can move."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from loop import Broker, Phone
from pen import Pen
from sqlalchemy import text
from ward import server_of

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.case import CaseFile, JsonObject, Run, StageOutput, StageResults
from vigia_detect.domain.findings import OVERLAY
from vigia_detect.domain.ids import CaseId, Pseudonym
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.domain.stages import Stage
from vigia_detect.settings import Settings
from vigia_detect.testing import draw_wound

DAY_S = 86_400
CLOCKS = {
    "cases": ("created_at", "finished_at"),
    "patients": ("created_at",),
    "notifications": ("planned_at",),
}


def _looked_at(case: CaseFile, _inputs: StageResults) -> StageOutput:
    picture = case.read_image()
    seen: JsonObject = {"usable": True, "class_proposed": False, "model": None, "length_cm": 3.25}
    return StageOutput(seen, attachments={OVERLAY: picture[::-1]})


class Ward:
    """One hospital's parts, its broker and its time."""

    def __init__(self, url: str, home: Path, pen: Pen | None = None, **settings: object) -> None:
        self.broker, self.phone = Broker(), Phone()
        chosen = {"home": home, "database_url": url, **settings}
        self.vigia = Vigia(
            Settings().model_copy(update=chosen),
            publisher=self.broker,
            channels=self.phone,
            writer=pen,
        )
        self.vigia.store.upgrade()
        bodies = {**self.vigia._stage_bodies(), Stage.IMAGE_ANALYSIS: _looked_at}
        self.vigia._bodies = bodies

    def submit(
        self,
        code: str,
        *,
        context: Mapping[str, object] | None = None,
        key: str | None = None,
        image: bytes | None = None,
    ) -> CaseId:
        """Accept a case and leave it waiting."""
        options = Options(idempotency_key=key)
        picture = image or draw_wound(1, (160, 120))
        submission = Submission(picture, code, context or {}, options, "test")
        return self.vigia.intake.accept(submission).case_id

    def case(self, code: str, **given: object) -> CaseId:
        """Accept a case and bring it to its end; a person answers what it asks."""
        case_id = self.submit(code, **given)  # type: ignore[arg-type]
        self.work()
        for alert in self.vigia.desk.alerts(limit=100):
            if alert.case_id == case_id:
                self.answer(alert.id)
        self.work()
        return case_id

    def answer(self, alert_id: str) -> None:
        from vigia_detect.domain.alert_states import AlertEvent  # noqa: PLC0415
        from vigia_detect.domain.escalation import Answer  # noqa: PLC0415

        for event in (AlertEvent.ACKNOWLEDGE, AlertEvent.ACT):
            self.vigia.desk.answer(alert_id, Answer(event, "ana", "test"))

    def work(self, without: str = "") -> list[Run]:
        """Deliver every message until none is left; those of the task `without` are returned."""
        aside = []
        while self.broker.messages:
            run = self.broker.messages.popleft()
            if run.task == without:
                aside.append(run)
            else:
                server_of(self.vigia, run).run(run.id, run.attempt)
        return aside

    def pseudonym(self, code: str) -> Pseudonym:
        return self.vigia.cipher.pseudonym(code)

    def pass_days(self, days: float) -> None:
        """Move the clock on, without anything being done."""
        with self.vigia.store.begin() as work:
            for table, columns in CLOCKS.items():
                moved = ", ".join(f"{name} = {name} - {days * DAY_S}" for name in columns)
                work._connection.execute(text(f"update {table} set {moved}"))  # noqa: S608
            work.commit()

    def files(self) -> set[str]:
        """Return the names of all stored files."""
        return set(self.vigia.blobs.refs(older_than_s=0))


@contextmanager
def ward(url: str, home: Path, pen: Pen | None = None, **settings: object) -> Iterator[Ward]:
    """Open a ward and close its database at the end."""
    made = Ward(url, home, pen, **settings)
    try:
        yield made
    finally:
        made.vigia.close()
