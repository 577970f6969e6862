"""The façade that users' documents name, with real processes behind it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vigia_detect.bootstrap import Vigia, install, reset
from vigia_detect.cli.throwaway import prepared, throw_away_settings, throw_away_system
from vigia_detect.core.async_pipeline import async_pipeline
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import ESCALATION_TYPES
from vigia_detect.domain.ids import CaseId, new_case_id, run_id
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CASE_ENDS
from vigia_detect.errors import (
    BrokerUnavailableError,
    IdempotencyConflictError,
    InvalidContextError,
    InvalidImageError,
    InvalidOptionError,
    NotFoundError,
    UnknownEscalationTypeError,
    WaitTimeoutError,
)
from vigia_detect.testing import draw_wound

ENOUGH_S = 60
RESULT_KEYS = {
    "success",
    "pipeline_id",
    "patient_code",
    "started_at",
    "status",
    "task_ids",
    "processing_options",
}
STATUS_KEYS = {
    "pipeline_id",
    "overall_status",
    "status_code",
    "tasks_status",
    "completed_tasks",
    "total_tasks",
    "has_failures",
    "preliminary",
    "confirmed_by",
    "confirmed_at",
}
STAGES = {"image_analysis", "risk_score", "medical_analysis", "triage", "audit_log"}
TARGETS = {
    "human_review": (["#equipo-medico"], ["medical_team"]),
    "specialist_review": (["#especialistas", "#equipo-medico"], ["specialists", "medical_team"]),
    "emergency": (
        ["#emergencias", "#especialistas", "#equipo-medico"],
        ["emergency", "specialists", "medical_team"],
    ),
    "system_error": (["#sistema-alertas"], ["admin"]),
    "high_risk": (["#riesgo-alto", "#equipo-medico"], ["medical_team", "nursing_team"]),
}


@pytest.fixture(scope="module")
def system() -> Iterator[Vigia]:
    with throw_away_system() as vigia:
        yield vigia


@pytest.fixture
def running(system: Vigia) -> Vigia:
    """The façade talks to a whole system."""
    install(system)
    return system


class NoBroker:
    """A broker that is away, without the two seconds it takes to find out."""

    def publish(self, run: Run) -> None:
        raise BrokerUnavailableError(run.id)

    def depths(self) -> dict[str, int]:
        raise BrokerUnavailableError("away")


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Vigia]:
    """The façade talks to a database; there is no broker and no worker."""
    vigia = Vigia(throw_away_settings(tmp_path / "home"), publisher=NoBroker())
    vigia.store.upgrade()
    install(vigia)
    yield vigia
    reset()
    vigia.close()


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "wound.jpg"
    path.write_bytes(draw_wound(1))
    return path


def submit(picture: Path, **given: Any) -> dict[str, Any]:
    arguments = {"image_path": picture, "patient_code": "PAC-1"} | given
    return async_pipeline.process_medical_case_async(**arguments)


def wait(case: dict[str, Any]) -> dict[str, Any]:
    return async_pipeline.wait_for_pipeline_completion(case["pipeline_id"], timeout=ENOUGH_S)


@pytest.mark.usefixtures("running")
def test_a_submission_is_accepted_and_ends(picture: Path) -> None:
    case = submit(picture, processing_options={"lang": "en"})
    assert set(case) == RESULT_KEYS
    assert case["success"] is True
    assert case["patient_code"] == "PAC-1"
    assert case["processing_options"] == {"lang": "en", "priority": "routine"}
    assert case["task_ids"] == {
        stage: run_id(case["pipeline_id"], stage) for stage in sorted(STAGES)
    }
    status = wait(case)
    assert set(status) == STATUS_KEYS
    assert status["pipeline_id"] == case["pipeline_id"]
    assert status["overall_status"] in CASE_ENDS
    assert (status["completed_tasks"], status["total_tasks"]) == (5, 5)
    assert status["has_failures"] is False
    assert set(status["tasks_status"]) == STAGES
    assert {task["state"] for task in status["tasks_status"].values()} == {"done"}
    assert async_pipeline.get_pipeline_status(case["pipeline_id"]) == status


@pytest.mark.usefixtures("running")
def test_some_tasks_of_a_case(picture: Path) -> None:
    case = submit(picture)
    wanted = {name: case["task_ids"][name] for name in ("triage", "risk_score")}
    status = async_pipeline.wait_for_pipeline_completion(
        case["pipeline_id"], wanted, timeout=ENOUGH_S
    )
    assert set(status["tasks_status"]) == set(wanted)
    assert (status["completed_tasks"], status["total_tasks"]) == (2, 2)


def test_an_emergency_declared_by_a_person_ends_with_an_open_alert(
    picture: Path, running: Vigia
) -> None:
    status = wait(submit(picture, processing_options={"priority": "emergency"}))
    assert (status["overall_status"], status["status_code"]) == ("escalated", "alert_open")
    report = running.desk.report(status["pipeline_id"], actor="test")
    assert report.urgency == "emergency"
    assert "emergency" in [alert.kind for alert in report.alerts]


def test_an_escalation_reaches_every_channel_once(picture: Path, running: Vigia) -> None:
    case = CaseId(submit(picture)["pipeline_id"])
    opened = async_pipeline.trigger_escalation_pipeline({"case_id": case}, "specialist_review")
    accepted: list[object] = []
    deadline = time.monotonic() + ENOUGH_S
    while len(accepted) < len(opened["target_channels"]) and time.monotonic() < deadline:
        time.sleep(0.05)
        with running.store.read() as work:
            accepted = [
                entry.detail["to"]
                for _, entry in work.audit.of_subject(case)
                if entry.event == AuditEvent.NOTIFICATION_ACCEPTED
                and entry.detail["alert_id"] == opened["escalation_id"]
            ]
    assert sorted(map(str, accepted)) == sorted(opened["target_channels"])


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("kind", TARGETS)
def test_an_escalation_type_has_its_channels_and_roles(kind: str) -> None:
    opened = async_pipeline.trigger_escalation_pipeline({"reasons": ["manual"]}, kind)
    assert {"escalation_id", "task_ids", "target_channels", "target_roles"} <= set(opened)
    assert (opened["target_channels"], opened["target_roles"]) == TARGETS[kind]
    assert set(opened["task_ids"]) == set(opened["target_channels"])
    assert opened["created"] is True


@pytest.mark.usefixtures("alone")
def test_a_case_has_one_alert_of_a_kind(picture: Path) -> None:
    about = {"pipeline_id": submit(picture)["pipeline_id"], "reasons": ["D-U1"]}
    first = async_pipeline.trigger_escalation_pipeline(about, "high_risk")
    again = async_pipeline.trigger_escalation_pipeline(about, "high_risk")
    assert again == first | {"created": False}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("kind", ["urgent", "Emergency", "", "slack"])
def test_an_unknown_escalation_type_is_an_error_that_names_the_known_ones(kind: str) -> None:
    with pytest.raises(UnknownEscalationTypeError) as found:
        async_pipeline.trigger_escalation_pipeline({}, kind)
    assert set(TARGETS) == set(ESCALATION_TYPES)
    assert all(known in str(found.value) for known in TARGETS)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    "about",
    [
        {"case": "x"},
        {"case_id": 7},
        {"reasons": "the patient is worse"},
        {"reasons": ["Juana Pérez is worse"]},
        {"reasons": [1]},
        {"reasons": ["12.345.678-5"]},
    ],
)
def test_an_escalation_takes_ids_and_codes_only(about: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptionError, match="escalation_data"):
        async_pipeline.trigger_escalation_pipeline(about, "emergency")


@pytest.mark.usefixtures("alone")
def test_an_escalation_about_no_known_case_is_an_error() -> None:
    with pytest.raises(NotFoundError):
        async_pipeline.trigger_escalation_pipeline({"case_id": new_case_id()}, "emergency")


@pytest.mark.usefixtures("alone")
def test_without_a_broker_a_case_is_accepted_and_waits(picture: Path, tmp_path: Path) -> None:
    install(prepared(throw_away_settings(tmp_path / "real")))  # its broker was never started
    case = submit(picture)
    assert case["status"] == "accepted"
    with pytest.raises(WaitTimeoutError, match="goes on"):
        async_pipeline.wait_for_pipeline_completion(case["pipeline_id"], timeout=0)
    status = async_pipeline.get_pipeline_status(case["pipeline_id"])
    assert (status["overall_status"], status["completed_tasks"]) == ("accepted", 0)
    states = {name: task["state"] for name, task in status["tasks_status"].items()}
    assert states == {
        "image_analysis": "ready",
        "risk_score": "ready",
        "medical_analysis": "waiting",
        "triage": "waiting",
        "audit_log": "waiting",
    }


@pytest.mark.usefixtures("alone")
def test_the_same_key_is_the_same_case_and_never_two(picture: Path) -> None:
    key = {"idempotency_key": "order-7"}
    first = submit(picture, processing_options=key)
    assert submit(picture, processing_options=key) == first
    with pytest.raises(IdempotencyConflictError):
        submit(picture, patient_code="PAC-2", processing_options=key)
    assert submit(picture)["pipeline_id"] != first["pipeline_id"]


def test_a_bad_call_raises_and_leaves_nothing(picture: Path, alone: Vigia, tmp_path: Path) -> None:
    text = tmp_path / "note.jpg"
    text.write_text("not a picture")
    bad: list[tuple[type[Exception], dict[str, Any]]] = [
        (InvalidImageError, {"image_path": tmp_path / "missing.jpg"}),
        (InvalidImageError, {"image_path": tmp_path}),
        (InvalidImageError, {"image_path": text}),
        (InvalidContextError, {"patient_code": ""}),
        (InvalidContextError, {"patient_code": "Juana Pérez"}),
        (InvalidContextError, {"patient_context": {"agee": 75}}),
        (InvalidContextError, {"patient_context": {"vitals": {"temp_c": "hot"}}}),
        (InvalidOptionError, {"processing_options": {"speed": "fast"}}),
        (InvalidOptionError, {"processing_options": {"lang": "fr"}}),
    ]
    for error, arguments in bad:
        with pytest.raises(error):
            submit(picture, **arguments)
    assert list(alone.desk.cases(limit=10)) == []
    assert [path for path in alone.settings.image_folder.rglob("*") if path.is_file()] == []


@pytest.mark.usefixtures("alone")
def test_the_documents_short_form_is_understood(picture: Path) -> None:
    case = submit(picture, patient_context={"age": 75, "diabetes": True})
    assert case["status"] == "accepted"


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("unknown", ["", "PAC-1", str(new_case_id())], ids=["none", "code", "id"])
def test_an_unknown_case_is_an_error(unknown: str) -> None:
    with pytest.raises(NotFoundError):
        async_pipeline.get_pipeline_status(unknown)
    with pytest.raises(NotFoundError):
        async_pipeline.wait_for_pipeline_completion(unknown, timeout=0)


@pytest.mark.usefixtures("alone")
def test_a_task_of_another_case_is_an_error(picture: Path) -> None:
    one, other = submit(picture), submit(picture)
    with pytest.raises(NotFoundError, match=Stage.TRIAGE):
        async_pipeline.get_pipeline_status(
            one["pipeline_id"], {"triage": other["task_ids"]["triage"]}
        )
