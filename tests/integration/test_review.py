"""A case from its doubt to a person's word: real stages, real rules, the commands people type."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner
from ward import PICTURE, System

from vigia_detect.bootstrap import Vigia, install, reset
from vigia_detect.cli.main import app
from vigia_detect.cli.review import age_text
from vigia_detect.core.async_pipeline import async_pipeline
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.findings import Analysis, ModelUsed, PictureFindings, TissueShares, Wound
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import InvalidOptionError, NotPossibleError
from vigia_detect.settings import Settings
from vigia_detect.stages.image_analysis import ImageAnalysis
from vigia_detect.stages.review_item import lesion_classes

WHY = "Ana Pérez: sondado, hueso palpable"
SHALLOW = PictureFindings(
    usable=True,
    wound=Wound(0.1, tissue=TissueShares(epithelial=1.0)),
    model=ModelUsed("by-hand-1", "sha256:00"),
)
BLURRED = PictureFindings(usable=False, problems=("blur",), model=ModelUsed("m", "sha256:00"))


@dataclass
class Known:
    """An analyser that says what a test found by hand."""

    found: PictureFindings = SHALLOW

    def analyse(self, jpeg: bytes, lang: str) -> Analysis:
        del jpeg, lang
        return Analysis(self.found)


class Ward(System):
    """The pipeline with the real bodies, but for what looks at the picture."""

    def __init__(self, url: str, home: Path) -> None:
        super().__init__(url, home)
        settings = self.vigia.settings
        assert isinstance(settings, Settings)
        self.bodies.update(Vigia(settings)._bodies_without_store())
        self.analyser = Known()
        self.bodies[Stage.IMAGE_ANALYSIS] = ImageAnalysis(self.analyser, self.vigia.rules)

    def worked(self, context: Mapping[str, object] | None = None) -> str:
        asked = Submission(PICTURE, "P-1", context or {}, Options())
        case_id = self.vigia.intake.accept(asked).case_id
        self.work()
        return case_id


@pytest.fixture
def ward(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    made = Ward(database_url, tmp_path / "home")
    install(made.vigia)
    yield made
    reset()
    made.vigia.close()


def vigia(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_from_doubt_to_a_worse_class_to_a_person_who_acts(ward: Ward) -> None:
    case_id = ward.worked()
    assert ward.state(case_id) == CaseState.NEEDS_REVIEW
    (item,) = json.loads(vigia("review", "list", "--json"))
    assert (item["case_id"], item["urgency"], item["claimed_by"]) == (case_id, "routine", None)
    (lesion,) = item["lesions"]
    assert lesion["candidates"][0]["id"] == "stage_2"
    assert all(0 < one["probability"] < 1 for one in lesion["candidates"])
    assert item["may_be_grave"]
    assert "no_class" in {why["code"] for why in item["why"]}

    vigia("review", "claim", case_id, "--by", "Ana Soto")
    words = ("--by", "Ana Soto", "--reason", WHY, "--class", "stage_4")
    vigia("review", "correct", case_id, *words)
    assert ward.state(case_id) == CaseState.PROCESSING
    ward.work()
    report = ward.vigia.desk.report(case_id, actor="t")
    assert (report.overall_status, report.urgency) == (CaseState.ESCALATED, Urgency.URGENT)
    assert report.preliminary
    assert report.assessment is not None
    assert lesion_classes(report.assessment) == {"1": "stage_4"}
    (alert,) = report.alerts
    assert alert.kind == "urgent"
    assert ward.phone.sent

    vigia("alert", "ack", alert.id, "--by", "Dr. Rey")
    assert ward.state(case_id) == CaseState.ESCALATED
    vigia("alert", "act", alert.id, "--by", "Dr. Rey")
    assert ward.state(case_id) == CaseState.NEEDS_REVIEW  # the result still waits for a word

    vigia("review", "claim", case_id, "--by", "Ana Soto")
    vigia("review", "confirm", case_id, "--by", "Ana Soto", "--reason", WHY)
    assert json.loads(vigia("review", "list", "--json")) == []
    assert ward.state(case_id) == CaseState.COMPLETED
    shown = json.loads(vigia("case", case_id, "--json"))
    assert (shown["preliminary"], shown["confirmed_by"]) == (False, "Ana Soto")
    assert [one["event"] for one in shown["reviews"]] == ["corrected", "confirmed"]
    assert shown["reviews"][1]["classes"] == {"1": "stage_4"}
    status = async_pipeline.get_pipeline_status(case_id)
    assert (status["preliminary"], status["confirmed_by"]) == (False, "Ana Soto")
    text = vigia("case", case_id)
    assert "Ana Soto" in text
    assert WHY.split(":")[1] in " ".join(text.split())


def test_a_correction_downwards_is_on_record_and_lowers_nothing(ward: Ward) -> None:
    grave = {"lesions": [{"id": "x", "skin_loss": "full", "visible_structures": ["fat"]}]}
    case_id = ward.worked(grave)
    assert ward.state(case_id) == CaseState.ESCALATED
    ward.vigia.review.claim(case_id, by="Ana")
    ward.vigia.review.correct(case_id, by="Ana", reason=WHY, class_="stage_2")
    ward.work()
    report = ward.vigia.desk.report(case_id, actor="t")
    assert (report.overall_status, report.urgency) == (CaseState.ESCALATED, Urgency.URGENT)
    assert [one.state for one in report.alerts] == ["open"]
    assert report.reviews[0].before == {"x": "stage_3"}
    assert report.reviews[0].classes == {"x": "stage_2"}


def test_a_milder_class_does_not_ring_again_for_an_emergency_that_was_seen_to(ward: Ward) -> None:
    case_id = ward.worked(
        {"notes": "PA 84/46, confusa desde hoy, lesión sacra con pus, crepitación"}
    )
    (alert,) = ward.vigia.desk.report(case_id, actor="t").alerts
    vigia("alert", "act", alert.id, "--by", "Dr. Rey")
    vigia("alert", "close", alert.id, "--by", "Dr. Rey")
    ward.phone.told()
    ward.vigia.review.claim(case_id, by="Ana")
    ward.vigia.review.correct(case_id, by="Ana", reason=WHY, class_="stage_1")
    ward.work()
    assert ward.vigia.desk.alert(alert.id).state == AlertState.CLOSED
    assert ward.phone.told() == []
    ward.vigia.review.correct(case_id, by="Ana", reason=WHY, class_="stage_4")
    ward.work()
    assert ward.vigia.desk.alert(alert.id).state == AlertState.OPEN
    assert ward.phone.told() != []


def test_an_unusable_picture_says_so_and_comes_before_what_is_known(ward: Ward) -> None:
    known = {"lesions": [{"skin_loss": "partial", "bed_tissue": [{"type": "dermis"}]}]}
    mild = ward.worked(known)
    ward.analyser.found = BLURRED
    blurred = ward.worked()
    items = json.loads(vigia("review", "list", "--json"))
    assert [one["case_id"] for one in items] == [blurred, mild]
    assert [one["may_be_grave"] for one in items] == [True, False]
    assert "image_unusable" in {why["code"] for why in items[0]["why"]}
    shown = vigia("review", "list")
    assert shown.index(blurred) < shown.index(mild)
    assert "P-1" not in shown


def test_mistakes_are_named(ward: Ward) -> None:
    case_id = ward.worked()
    with pytest.raises(NotPossibleError, match="by: Eva"):
        vigia("review", "confirm", case_id, "--by", "Eva", "--reason", WHY)
    vigia("review", "claim", case_id, "--by", "Eva", "--json")
    words = ("--by", "Eva", "--reason", WHY, "--class", "2")
    with pytest.raises(InvalidOptionError, match="class:"):
        vigia("review", "correct", case_id, *words)
    with pytest.raises(InvalidOptionError, match="reason:"):
        vigia("review", "confirm", case_id, "--by", "Eva", "--reason", " ")
    done = json.loads(vigia("review", "release", case_id, "--by", "Eva", "--json"))
    assert done == {"case_id": case_id, "by": "Eva", "done": "released"}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 min"), (3599, "59 min"), (3900, "1 h 05 min"), (90_000, "1 d 1 h")],
)
def test_an_age_is_short(seconds: float, words: str) -> None:
    assert age_text(seconds) == words


def pass_time(ward: Ward, seconds: float) -> None:
    """Let the deadlines of cases come nearer, then act on those that have passed."""
    with ward.vigia.store.begin() as work:
        moved = text("update timers set due_at = due_at - :s, look_at = look_at - :s")
        work._connection.execute(moved, {"s": seconds})
        work.commit()
    ward.vigia.sweeper.sweep()


def reviews_asked(ward: Ward, case_id: str) -> list[tuple[str, ...]]:
    return [
        alert.reasons
        for alert in ward.vigia.desk.alerts(limit=99)
        if (alert.case_id, alert.kind) == (case_id, "human_review")
    ]


def test_a_result_that_nobody_looks_at_in_time_tells_somebody(ward: Ward) -> None:
    """facts.md D.1, REVIEW: within 2 h when a grave class is possible."""
    seen, forgotten = ward.worked(), ward.worked()
    vigia("review", "claim", seen, "--by", "Ana")
    vigia("review", "confirm", seen, "--by", "Ana", "--reason", WHY)
    pass_time(ward, 7100)
    assert reviews_asked(ward, forgotten) == []
    pass_time(ward, 200)
    assert reviews_asked(ward, forgotten) == [("not_reviewed",)]
    assert reviews_asked(ward, seen) == []
    assert ward.state(forgotten) == CaseState.ESCALATED
