from dataclasses import replace

import orjson
import pytest
from json_schema import problems

from vigia_detect.docs.case_report import schema
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.case import RunStatus
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.ids import AlertId, CaseId, RunId
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.domain.records import StoredAlert
from vigia_detect.domain.review import ReviewEvent, StoredReview
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.stages.report import (
    SCHEMA_VERSION,
    CaseReport,
    StageReport,
    alert_report,
    iso,
    missing_parts,
    narrative_report,
    review_report,
    stage_report,
)

RUN = RunStatus(RunId("r"), Stage.TRIAGE, RunState.DONE, 1, None, 0.0, 1.5)
ALERT = StoredAlert(
    id=AlertId("a"),
    subject="c",
    case_id=CaseId("c"),
    kind=AlertKind.EMERGENCY,
    state=AlertState.OPEN,
    reasons=("D-E1",),
    opened_at=1_700_000_000.25,
    acknowledged_at=None,
    acknowledged_by=None,
)
SAID = StoredReview(CaseId("c"), 1, ReviewEvent.CORRECTED, "Dr. Soto", "sealed", 1_700_000_001.0)


def stages(**states: RunState) -> dict[Stage, StageReport]:
    return {
        stage: stage_report(replace(RUN, state=states.get(stage, RunState.DONE)), {})
        for stage in Stage
    }


def report() -> CaseReport:
    return CaseReport(
        schema_version=SCHEMA_VERSION,
        case_id=CaseId("c"),
        patient_code="P-1",
        overall_status=CaseState.ESCALATED,
        status_code="alert_open",
        urgency="emergency",
        review_required=None,
        preliminary=True,
        confirmed_by=None,
        confirmed_at=None,
        accepted_at="2026-01-01T00:00:00.000+00:00",
        finished_at=None,
        stages=stages(),
        assessment={"deep": [{"nested": [1, 2.5, None, True, "x"]}]},
        alerts=(alert_report(ALERT),),
        reviews=(
            review_report(SAID, {"reason": "probed", "before": {}, "classes": {"1": "dtpi"}}),
        ),
        narrative=narrative_report(NoNarrativeReason.NOT_CONFIGURED, None),
        missing={},
        erased_at=None,
    )


def document() -> dict[str, object]:
    found: dict[str, object] = orjson.loads(orjson.dumps(report(), option=orjson.OPT_NON_STR_KEYS))
    return found


def test_a_report_fits_the_generated_schema() -> None:
    assert problems(document(), schema()) == []


@pytest.mark.parametrize("key", document())
def test_every_key_of_a_report_is_always_there(key: str) -> None:
    lacking = document()
    del lacking[key]
    assert problems(lacking, schema()) == [f"$: lacks {key}"]


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("overall_status", "done"),
        ("schema_version", "1"),
        ("review_required", "yes"),
        ("alerts", [{"id": 1}]),
        ("stages", {"wound": {}}),
        ("assessment", []),
    ],
)
def test_a_wrong_value_does_not_fit_the_schema(key: str, wrong: object) -> None:
    assert problems(document() | {key: wrong}, schema())


def test_a_key_that_is_not_documented_does_not_fit_the_schema() -> None:
    assert problems(document() | {"more": 1}, schema()) == ["$.more: not in the schema"]


def test_every_key_that_needs_explaining_is_explained() -> None:
    properties = schema()["properties"]
    for key in ("review_required", "preliminary", "assessment", "missing", "urgency"):
        assert properties[key]["description"]


def test_times_are_utc_to_the_millisecond_and_missing_stays_missing() -> None:
    assert iso(1_700_000_000.25) == "2023-11-14T22:13:20.250+00:00"
    assert iso(0.0) == "1970-01-01T00:00:00.000+00:00"
    assert iso(None) is None


def test_a_run_that_has_not_begun_has_no_times() -> None:
    waiting = replace(RUN, state=RunState.WAITING, attempt=0, started_at=None, finished_at=None)
    found = stage_report(waiting, None)
    assert (found.started_at, found.finished_at, found.result) == (None, None, None)
    assert found.attempts == 0


def test_an_alert_says_who_took_it_and_when() -> None:
    taken = replace(ALERT, state=AlertState.ACKNOWLEDGED, acknowledged_at=0.0, acknowledged_by="N")
    found = alert_report(taken)
    assert (found.acknowledged_at, found.acknowledged_by) == ("1970-01-01T00:00:00.000+00:00", "N")
    assert alert_report(ALERT).acknowledged_at is None


def test_what_failed_or_goes_on_is_said_to_be_missing() -> None:
    assert missing_parts(stages()) == {}
    unfinished = stages(triage=RunState.RUNNING, audit_log=RunState.WAITING)
    assert missing_parts(unfinished) == {"triage": "not_finished", "audit_log": "not_finished"}
    failed = stages(risk_score=RunState.FAILED)
    assert missing_parts(failed) == {"risk_score": "failed"}
    failed[Stage.RISK_SCORE] = replace(failed[Stage.RISK_SCORE], error_code="StageTimedOut")
    assert missing_parts(failed) == {"risk_score": "StageTimedOut"}


def test_a_picture_that_proposes_no_class_is_said_to_be_missing_one() -> None:
    found = stages()
    found[Stage.IMAGE_ANALYSIS] = replace(
        found[Stage.IMAGE_ANALYSIS], result={"class_proposed": False}
    )
    assert missing_parts(found) == {"class_from_image": "no_wound_model"}
