"""`vigia demo`: six cases, from the picture to the decision, in a home that is thrown away."""

import contextlib
import tempfile
import threading
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.live import Live
from rich.table import Table

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.code_words import in_words
from vigia_detect.cli.demo_alert import DemoAlert
from vigia_detect.cli.show import MARKS, print_report
from vigia_detect.cli.system import processes
from vigia_detect.cli.texts import say
from vigia_detect.cli.throwaway import environment, prepared, throw_away_settings
from vigia_detect.domain.findings import OVERLAY
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.domain.states import CASE_ENDS
from vigia_detect.errors import InvalidOptionError, UnavailableError
from vigia_detect.files import write_atomically
from vigia_detect.phrase import Phrase
from vigia_detect.stages.desk import CaseStatus
from vigia_detect.stages.report import CaseReport
from vigia_detect.supervisor import Supervisor
from vigia_detect.testing import draw_wound

PICTURES = Path(__file__).parents[2] / "examples" / "demo"
DEADLINE_S = 50.0
START_S = 15.0
WORKERS = 3
ACTOR = "demo"


def run_demo(findings: Path) -> None:
    """Start a whole system, put six cases through it, show them, stop and clean up.

    Args:
        findings: folder that keeps the pictures with their findings; made when it is not there.

    Raises:
        InvalidOptionError: the folder cannot be made.
        WaitTimeoutError: a case did not end in time.
    """
    try:
        findings.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidOptionError(
            "--findings: {findings} ({why})", findings=findings, why=Phrase.why(error)
        ) from error
    with tempfile.TemporaryDirectory(prefix="vigia-demo-") as home:
        settings = throw_away_settings(Path(home))
        own = (files("vigia_detect.cli") / "demo_escalation.yaml").read_bytes()
        write_atomically(settings.root / "escalation.yaml", own)
        vigia = prepared(settings)
        demo = Demo(vigia, Console(), findings.resolve())
        supervisor = Supervisor(processes(settings, environment(settings)), home=settings.root)
        story = threading.Thread(target=demo.tell, args=(supervisor,), name="demo")
        story.start()
        try:
            supervisor.run()
        finally:
            story.join()
            vigia.close()
    if demo.error is not None:
        raise demo.error
    demo.console.print(say(settings.lang, "demo_gone"), style="dim")
    if demo.kept:
        demo.console.print(say(settings.lang, "demo_findings", folder=findings.resolve()))
    else:
        with contextlib.suppress(OSError):  # it holds something else
            findings.rmdir()


class Demo:
    """The story that the demo tells, on its own thread beside the supervisor."""

    def __init__(self, vigia: Vigia, console: Console, findings: Path) -> None:
        self.console = console
        self._findings = findings
        self.error: BaseException | None = None
        self.kept: list[Path] = []
        self._vigia = vigia
        self._lang = vigia.settings.lang
        self._titles: dict[str, str] = {}
        self._statuses: dict[str, CaseStatus] = {}

    def tell(self, supervisor: Supervisor) -> None:
        """Submit, watch and show; then stop the system, whatever happened."""
        try:
            self._tell()
        except BaseException as error:  # noqa: BLE001 - raised again by the main thread
            self.error = error
        finally:
            supervisor.request_stop()

    def _tell(self) -> None:
        self.console.rule(say(self._lang, "demo_title"))
        self.console.print(say(self._lang, "demo_starting"))
        self._wait_for_workers()
        started = time.monotonic()
        self._submit_all()
        self._watch(started + DEADLINE_S)
        seconds = time.monotonic() - started
        for case_id, title in self._titles.items():
            self.console.rule(title, align="left", style="dim")
            report = self._vigia.desk.report(case_id, actor=ACTOR)
            print_report(report, self._lang, self.console, overlay=self._keep_overlay(report))
        self.console.rule(say(self._lang, "demo_alert"), align="left", style="dim")
        self.console.print(say(self._lang, "demo_shortened"), style="yellow")
        DemoAlert(self._vigia, self.console).tell()
        self.console.rule()
        done = say(self._lang, "demo_done", count=len(self._titles), seconds=seconds)
        self.console.print(done, style="bold green")

    def _wait_for_workers(self) -> None:
        """Begin when people can be told, so that the times are those of a system that runs."""
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            with contextlib.suppress(UnavailableError):
                if len(self._vigia.publisher.workers()) == WORKERS:
                    return

    def _submit_all(self) -> None:
        text = (files("vigia_detect.cli") / "demo_cases.json").read_bytes()
        for case in orjson.loads(text):
            submission = Submission(
                image=_picture(case["picture"]),
                patient_code=case["patient_code"],
                context=case["context"],
                options=Options(lang=self._lang),
                actor=ACTOR,
            )
            accepted = self._vigia.intake.accept(submission)
            self._titles[accepted.case_id] = case["title"][self._lang]

    def _keep_overlay(self, report: CaseReport) -> str:
        """Write the picture with its findings, if there is one, and return where.

        The demo's pictures are drawn or published; those of patients are never written unasked.
        """
        if OVERLAY not in report.attachments():
            return ""
        path = self._findings / f"{report.patient_code}.png"
        write_atomically(path, self._vigia.desk.attachment(report.case_id, OVERLAY, actor=ACTOR))
        self.kept.append(path)
        return str(path)

    def _watch(self, deadline: float) -> None:
        with Live(self._table(), console=self.console, refresh_per_second=8) as live:
            for case_id in self._titles:
                self._vigia.desk.wait(
                    case_id,
                    max(0.1, deadline - time.monotonic()),
                    on_status=lambda _status: self._refresh(live),
                )
            self._refresh(live)

    def _refresh(self, live: Live) -> None:
        for case_id in self._titles:
            known = self._statuses.get(case_id)
            if known is None or known.case.state not in CASE_ENDS:
                self._statuses[case_id] = self._vigia.desk.status(case_id)
        live.update(self._table())

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for case_id, title in self._titles.items():
            status = self._statuses.get(case_id)
            if status is not None:
                marks = " ".join(MARKS[run.state] for run in status.runs)
                lang, case = self._lang, status.case
                state, urgency = in_words(case.state, lang), in_words(case.urgency, lang)
                table.add_row(title, marks, state, urgency)
        return table


def _picture(spec: dict[str, Any]) -> bytes:
    """Return the licensed photograph where the repository is at hand, else a drawn picture."""
    photograph = PICTURES / str(spec.get("file", ""))
    if photograph.is_file():
        return photograph.read_bytes()
    light = 0.04 if spec.get("dark") else 1.0
    return draw_wound(spec["draw"], light=light, parts=spec.get("parts"))
