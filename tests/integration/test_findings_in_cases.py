"""From the findings of a picture to the report: candidates, questions and the overlay."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from vigia_detect.adapters.vision.own_classifier import OwnClassifier
from vigia_detect.adapters.vision.segmenter import Segmenter
from vigia_detect.adapters.vision.wound_finder import WoundFinder
from vigia_detect.bootstrap import Vigia, install, reset
from vigia_detect.cli.cases import write_overlay
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import CaseFile, Run, StageOutput, StageResults
from vigia_detect.domain.findings import (
    OVERLAY,
    Analysis,
    ModelUsed,
    PictureFindings,
    TissueShares,
    Wound,
)
from vigia_detect.domain.options import Options
from vigia_detect.domain.policy import NOTIFICATION
from vigia_detect.domain.records import Submission
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import InvalidOptionError, NotFoundError
from vigia_detect.security.caller import working_for
from vigia_detect.security.door import local_principal
from vigia_detect.settings import Settings
from vigia_detect.stages.image_analysis import ImageAnalysis
from vigia_detect.testing import draw_wound

PICTURE = draw_wound(1, (96, 96))
DRAWN = draw_wound(2, (96, 96), kind="PNG")
MODEL = ModelUsed("by-hand-1", "sha256:00")
COVERED = PictureFindings(
    usable=True,
    wound=Wound(0.2, tissue=TissueShares(slough=0.6, necrosis=0.35, uncertain=0.05)),
    model=MODEL,
)
SEPSIS: dict[str, Any] = {
    "vitals": {"temp_c": 39, "sbp_mmhg": 85, "resp_rate_per_min": 28, "mental_state": "confused"},
    "lesions": [{"site": "sacrum", "exudate_type": "purulent", "odour": "foul"}],
}


@dataclass
class Known:
    """An analyser that says what a test found by hand."""

    found: PictureFindings = COVERED
    overlay: bytes | None = DRAWN

    def analyse(self, jpeg: bytes, lang: str) -> Analysis:
        assert jpeg.startswith(b"\xff\xd8")
        assert lang in {"es", "en"}
        return Analysis(self.found, self.overlay)


@dataclass
class Broker:
    """Messages in memory, in the order in which they came."""

    messages: deque[Run] = field(default_factory=deque)

    def publish(self, run: Run) -> None:
        self.messages.append(run)

    def depths(self) -> dict[str, int]:
        return {}

    def workers(self) -> tuple[str, ...]:
        return ()


class System:
    """A whole pipeline with the real bodies, worked off by the test."""

    def __init__(self, url: str, home: Path) -> None:
        settings = Settings(home=home, database_url=url, lease_s=1.0)
        self.broker, self.analyser = Broker(), Known()
        self.bodies = dict(Vigia(settings)._stage_bodies())
        self.vigia = Vigia(settings, bodies=self.bodies, publisher=self.broker)
        self.bodies[Stage.IMAGE_ANALYSIS] = ImageAnalysis(self.analyser, self.vigia.rules)
        self.vigia.store.upgrade()
        self.bodies[Stage.AUDIT_LOG] = dict(self.vigia._stage_bodies())[Stage.AUDIT_LOG]

    def case(self, context: dict[str, Any] | None = None) -> str:
        asked = Submission(PICTURE, "P-1", context or {}, Options())
        return self.vigia.intake.accept(asked).case_id

    def work(self) -> None:
        while self.broker.messages:
            run = self.broker.messages.popleft()
            runner = self.vigia.runner
            deliver = self.vigia.notifications.run if run.task == NOTIFICATION else runner.run
            deliver(run.id, run.attempt)

    def worked(self, context: dict[str, Any] | None = None) -> str:
        case_id = self.case(context)
        self.work()
        return case_id

    def files(self) -> list[Path]:
        folder = self.vigia.settings.image_folder
        return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def system(database_url: str, tmp_path: Path) -> Iterator[System]:
    made = System(database_url, tmp_path / "home")
    yield made
    made.vigia.close()


def image(system: System, case_id: str) -> dict[str, Any]:
    found = system.vigia.desk.report(case_id, actor="test").stages[Stage.IMAGE_ANALYSIS].result
    assert found is not None
    return found


def test_a_covered_bed_is_proposed_as_unstageable_and_is_urgent(system: System) -> None:
    case_id = system.worked()
    found = image(system, case_id)
    assert PictureFindings.from_json(found) == COVERED
    assert [one["likelihood"] for one in found["possible"]][:2] == ["likely", "not_excluded"]
    assert found["possible"][0]["es"] == "LPP no clasificable"
    assert {row["row"] for row in found["moved_by"]["unstageable"]} > {"A2-9, A2-10"}
    assert {question["id"] for question in found["questions"]} >= {"pressure", "heel_eschar"}
    report = system.vigia.desk.report(case_id, actor="test")
    assert report.assessment is not None
    (lesion,) = report.assessment["lesions"]
    assert (lesion["class"], lesion["certainty"]) == ("unstageable", "to_confirm")
    assert report.urgency == Urgency.URGENT
    assert report.review_required is True
    assert "class_from_image" not in report.missing


def test_a_damaged_network_stops_the_look_at_the_picture_and_nothing_else(
    system: System, tmp_path: Path
) -> None:
    vigia = system.vigia
    own = OwnClassifier(tmp_path / "models")
    finder = WoundFinder(vigia.pictures, own, lambda: Segmenter(tmp_path / "wound.json"))
    system.bodies[Stage.IMAGE_ANALYSIS] = ImageAnalysis(finder, vigia.rules)
    report = vigia.desk.report(system.worked(SEPSIS), actor="test")
    states = {stage: one.state for stage, one in report.stages.items()}
    assert states.pop(Stage.IMAGE_ANALYSIS) == RunState.FAILED
    assert set(states.values()) == {RunState.DONE}
    assert report.missing["image_analysis"] == "InvalidModel"
    assert report.urgency == Urgency.EMERGENCY
    assert report.review_required is True


def test_a_picture_never_lowers_what_the_words_say(system: System) -> None:
    pink = Wound(0.2, tissue=TissueShares(epithelial=1.0))
    system.analyser.found = PictureFindings(usable=True, wound=pink, model=MODEL)
    case_id = system.worked(SEPSIS)
    assert system.vigia.desk.status(case_id).case.urgency == Urgency.EMERGENCY


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (PictureFindings(usable=False, problems=("blur",), model=MODEL), "image_unusable"),
        (PictureFindings(usable=True, problems=("no_wound",), model=MODEL), "nothing_to_judge"),
        (PictureFindings(usable=True), "no_wound_model"),
    ],
)
def test_a_picture_without_class_says_why(
    system: System, found: PictureFindings, reason: str
) -> None:
    system.analyser.found = found
    case_id = system.worked()
    assert "candidates" not in image(system, case_id)
    report = system.vigia.desk.report(case_id, actor="test")
    assert report.missing["class_from_image"] == reason
    assert report.overall_status == CaseState.NEEDS_REVIEW


def test_what_people_recorded_of_the_lesion_is_not_asked_again(system: System) -> None:
    case_id = system.worked({"lesions": [{"site": "heel", "odour": "none", "side": None}]})
    asked = {question["id"] for question in image(system, case_id)["questions"]}
    assert "odour" not in asked
    assert "identity" in asked


def test_the_overlay_is_stored_encrypted_and_reading_it_is_recorded(system: System) -> None:
    case_id = system.worked()
    desk = system.vigia.desk
    assert desk.attachment(case_id, OVERLAY, actor="nurse") == DRAWN
    assert len(system.files()) == 2
    assert all(b"PNG" not in path.read_bytes() for path in system.files())
    with system.vigia.store.read() as work:
        read = [
            entry
            for _, entry in work.audit.of_subject(case_id)
            if entry.event == AuditEvent.CASE_READ
        ]
    assert [(entry.actor, entry.detail) for entry in read] == [("nurse", {"attachment": OVERLAY})]


def test_a_case_without_overlay_says_so(system: System) -> None:
    system.analyser.overlay = None
    case_id = system.worked()
    with pytest.raises(NotFoundError, match="no attachment overlay"):
        system.vigia.desk.attachment(case_id, OVERLAY, actor="nurse")
    with pytest.raises(NotFoundError, match="There is no case"):
        system.vigia.desk.attachment("nothing", OVERLAY, actor="nurse")


def test_the_command_writes_the_overlay_for_its_user_alone(system: System, tmp_path: Path) -> None:
    case_id, path = system.worked(), tmp_path / "out.png"
    install(system.vigia)
    try:
        with working_for(local_principal()):
            write_overlay(case_id, path)
            with pytest.raises(InvalidOptionError, match="cannot be written"):
                write_overlay(case_id, tmp_path / "none" / "out.png")
    finally:
        reset()
    assert path.read_bytes() == DRAWN
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_attempt_that_comes_too_late_does_not_replace_the_overlay(system: System) -> None:
    """The first attempt outlives its lease; the second wins; then the first one ends."""
    late, usual = draw_wound(3, (96, 96), kind="PNG"), system.bodies[Stage.IMAGE_ANALYSIS]
    attempts: list[int] = []

    def body(case: CaseFile, inputs: StageResults) -> StageOutput:
        attempts.append(1)
        if len(attempts) > 1:
            return usual(case, inputs)
        with system.vigia.store.begin() as work:  # as the sweeper does once the lease has lapsed
            run = next(run for run in work.runs.of_case(case.id) if run.task == "image_analysis")
            held = Run(run.id, run.task, case.id, run.attempt, "image_processing")
            work.runs.lose(held, "worker_lost")
            work.commit()
        system.vigia.runner.run(held.id, held.attempt)
        return StageOutput({"usable": True}, attachments={OVERLAY: late})

    system.bodies[Stage.IMAGE_ANALYSIS] = body
    case_id = system.worked()
    (run,) = [r for r in system.vigia.desk.status(case_id).runs if r.task == "image_analysis"]
    assert (len(attempts), run.state, run.attempt) == (2, RunState.DONE, 2)
    assert system.vigia.desk.attachment(case_id, OVERLAY, actor="nurse") == DRAWN


def test_an_attempt_that_is_tried_again_leaves_one_overlay(system: System) -> None:
    case_id = system.worked()
    with system.vigia.store.read() as work:
        case = work.cases.get(case_id)
    assert case is not None
    before = system.files()
    refs = {system.vigia.vault.store_attachment(case, OVERLAY, DRAWN) for _ in range(2)}
    assert len(refs) == 1
    assert sorted(system.files()) == sorted(before)
