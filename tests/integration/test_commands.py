"""What a person meets who types a command: one clear sentence and an exit code for each mistake."""

import json
from pathlib import Path

import databases
import pytest
from command import Command, Done
from fhir.resources.R4B.auditevent import AuditEvent

from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.testing import draw_wound


@pytest.fixture
def vigia(tmp_path: Path) -> Command:
    made = Command(tmp_path / "home")
    made.home.mkdir(mode=0o700)
    databases.sqlite(made.home / "vigia.db")
    return made


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "wound.jpg"
    path.write_bytes(draw_wound(3, (120, 120)))
    return str(path)


def context_file(tmp_path: Path, content: str) -> str:
    path = tmp_path / "context.json"
    path.write_text(content, encoding="utf-8")
    return str(path)


def refused(done: Done, code: ExitCode, *words: str) -> None:
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr


def no_case_was_stored(vigia: Command) -> None:
    store = SqlStore(f"sqlite:///{vigia.home / 'vigia.db'}")
    with store.read() as work:
        assert work.cases.list(limit=1) == []
    store.close()
    assert not [path for path in (vigia.home / "images").rglob("*") if path.is_file()]


def test_a_case_without_a_broker_is_accepted_and_waits(vigia: Command, picture: str) -> None:
    done = vigia.apart("submit", picture, "--patient-code", "P-1", "--json")
    assert done.returncode == 0, done.stderr
    assert "broker does not answer" in done.stderr
    report = json.loads(done.stdout)
    assert report["overall_status"] == "accepted"
    assert report["patient_code"] == "P-1"
    (listed,) = json.loads(vigia("cases", "--json").stdout)
    assert listed["id"] == report["case_id"]
    assert "P-1" not in vigia("cases").stdout


def test_waiting_in_vain_says_that_the_case_goes_on(vigia: Command, picture: str) -> None:
    submitted = vigia("submit", picture, "--patient-code", "P-1", "--json")
    case_id = json.loads(submitted.stdout)["case_id"]
    refused(vigia("wait", case_id, "--timeout", "0.1"), ExitCode.WAIT_TIMEOUT, case_id, "goes on")


def test_a_missing_picture(vigia: Command) -> None:
    done = vigia("submit", "no-such.jpg", "--patient-code", "P-1")
    refused(done, ExitCode.INVALID_INPUT, "no-such.jpg", "missing")
    no_case_was_stored(vigia)


def test_what_is_no_picture(vigia: Command, tmp_path: Path) -> None:
    path = tmp_path / "note.jpg"
    path.write_text("Ana Pérez, cama 12", encoding="utf-8")
    done = vigia.apart("submit", str(path), "--patient-code", "P-1")
    refused(done, ExitCode.INVALID_INPUT, "picture")
    assert "Ana" not in done.stderr
    no_case_was_stored(vigia)


def test_a_truncated_picture(vigia: Command, tmp_path: Path) -> None:
    path = tmp_path / "half.jpg"
    path.write_bytes(draw_wound(3, (300, 300))[:-500])
    refused(vigia("submit", str(path), "--patient-code", "P-1"), ExitCode.INVALID_INPUT)
    no_case_was_stored(vigia)


def test_a_picture_that_is_too_large(vigia: Command, tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(b"\xff\xd8" + bytes(1_100_000))
    done = vigia("submit", str(path), "--patient-code", "P-1", VIGIA_MAX_IMAGE_MB="1")
    refused(done, ExitCode.INVALID_INPUT, "1 MB")


def test_a_patient_code_with_a_space(vigia: Command, picture: str) -> None:
    done = vigia("submit", picture, "--patient-code", "Ana Soto")
    refused(done, ExitCode.INVALID_INPUT, "patient_code")
    assert "Ana" not in done.stderr
    no_case_was_stored(vigia)


def test_an_unknown_field_suggests_the_right_one(
    vigia: Command, picture: str, tmp_path: Path
) -> None:
    context = context_file(tmp_path, '{"vitals": {"temp_cc": 38.1}}')
    done = vigia("submit", picture, "--patient-code", "P-1", "--context", context)
    refused(done, ExitCode.INVALID_INPUT, "vitals.temp_cc", "temp_c")
    no_case_was_stored(vigia)


def test_a_value_in_the_wrong_unit(vigia: Command, picture: str, tmp_path: Path) -> None:
    context = context_file(tmp_path, '{"vitals": {"temp_c": 100.4}}')
    done = vigia("submit", picture, "--patient-code", "P-1", "--context", context)
    refused(done, ExitCode.INVALID_INPUT, "vitals.temp_c", "25", "45")


def test_a_context_that_names_a_field_twice(vigia: Command, picture: str, tmp_path: Path) -> None:
    twice = '{"vitals": {"spo2_pct": 82, "spo2_pct": 97}}'
    context = context_file(tmp_path, twice)
    done = vigia("submit", picture, "--patient-code", "P-1", "--context", context)
    refused(done, ExitCode.INVALID_INPUT, "spo2_pct", "twice")


def test_a_context_file_as_some_editors_save_it(
    vigia: Command, picture: str, tmp_path: Path
) -> None:
    context = context_file(tmp_path, '\ufeff{"age": 75}')
    assert vigia("submit", picture, "--patient-code", "P-1", "--context", context).returncode == 0


@pytest.mark.parametrize(
    "content", ["{", "[1]", "", '"text"', '{"age": NaN}', '{"age": ' + "7" * 5000 + "}"]
)
def test_a_context_that_is_no_object(
    vigia: Command, picture: str, tmp_path: Path, content: str
) -> None:
    context = context_file(tmp_path, content)
    done = vigia("submit", picture, "--patient-code", "P-1", "--context", context)
    refused(done, ExitCode.INVALID_INPUT, "context")


def test_an_unknown_case(vigia: Command) -> None:
    for case_id in ("no-case", "01a20175-2064-73b7-a476-08beba718148"):
        refused(vigia("case", case_id), ExitCode.NOT_FOUND, case_id)


def test_a_case_without_an_overlay(vigia: Command, picture: str, tmp_path: Path) -> None:
    submitted = vigia("submit", picture, "--patient-code", "P-1", "--json")
    case_id, path = json.loads(submitted.stdout)["case_id"], tmp_path / "out.png"
    done = vigia("case", case_id, "--overlay", str(path))
    refused(done, ExitCode.NOT_FOUND, case_id, "overlay")
    assert not path.exists()


def test_an_unknown_state(vigia: Command) -> None:
    refused(vigia("cases", "--state", "lost"), ExitCode.INVALID_INPUT, "needs_review")


def test_an_unknown_queue(vigia: Command) -> None:
    refused(vigia("worker", "--queues", "fast"), ExitCode.INVALID_INPUT, "medical_priority")


def test_an_unreachable_database(vigia: Command, picture: str) -> None:
    nobody = "postgresql://nobody@127.0.0.1:1/none"
    done = vigia("submit", picture, "--patient-code", "P-1", VIGIA_DATABASE_URL=nobody)
    refused(done, ExitCode.UNAVAILABLE, "VIGIA_DATABASE_URL")


def test_a_database_of_another_kind(vigia: Command, picture: str) -> None:
    done = vigia("submit", picture, "--patient-code", "P-1", VIGIA_DATABASE_URL="mysql://x")
    refused(done, ExitCode.CONFIGURATION, "sqlite", "postgresql")


def test_a_full_disk_refuses_new_cases(vigia: Command, picture: str) -> None:
    done = vigia("submit", picture, "--patient-code", "P-1", VIGIA_MIN_FREE_MB="999999999")
    refused(done, ExitCode.STORAGE_FULL)
    no_case_was_stored(vigia)


def test_a_wrong_setting_is_named(vigia: Command) -> None:
    done = vigia("cases", VIGIA_SWEEP_S="often")
    refused(done, ExitCode.CONFIGURATION, "VIGIA_SWEEP_S")


def test_a_key_file_that_others_can_read(vigia: Command, picture: str, tmp_path: Path) -> None:
    key = tmp_path / "master.key"
    key.write_bytes(bytes(32))
    key.chmod(0o644)
    done = vigia("submit", picture, "--patient-code", "P-1", VIGIA_KEY_FILE=str(key))
    refused(done, ExitCode.CONFIGURATION, "master.key")


def test_a_lost_key_is_not_replaced(vigia: Command, picture: str) -> None:
    assert vigia("submit", picture, "--patient-code", "P-1").returncode == 0
    (vigia.home / "keys" / "master.key").unlink()
    done = vigia("submit", picture, "--patient-code", "P-1")
    refused(done, ExitCode.CONFIGURATION, "master.key")


def test_the_same_key_twice_is_one_case(vigia: Command, picture: str) -> None:
    words = ("submit", picture, "--patient-code", "P-1", "--idempotency-key", "A7", "--json")
    first, second = json.loads(vigia(*words).stdout), json.loads(vigia(*words).stdout)
    assert first["case_id"] == second["case_id"]
    other = vigia("submit", picture, "--patient-code", "P-2", "--idempotency-key", "A7")
    refused(other, ExitCode.INVALID_INPUT, "idempotency_key")


def test_an_emergency_opens_an_alert_that_a_person_takes(vigia: Command, picture: str) -> None:
    done = vigia("submit", picture, "--patient-code", "P-1", "--emergency", "--json")
    report = json.loads(done.stdout)
    assert report["urgency"] == "emergency"
    (alert,) = report["alerts"]
    assert alert["state"] == "open"
    assert vigia("alert", "ack", alert["id"], "--by", "Dr. Soto").returncode == 0
    (listed,) = json.loads(vigia("alert", "list", "--json").stdout)
    assert listed["acknowledged_by"] == "Dr. Soto"
    late = vigia("alert", "ack", alert["id"], "--by", "Dr. Rojas").stdout
    assert "already taken on by Dr. Soto; it is acknowledged" in late
    assert vigia("alert", "act", alert["id"], "--by", "Dr. Soto").returncode == 0
    refused = vigia("alert", "decline", alert["id"], "--by", "Dr. Rojas")
    assert (refused.returncode, "acted" in refused.stderr) == (ExitCode.NOT_POSSIBLE, True)
    shown = vigia("alert", "show", alert["id"]).stdout
    assert all(word in shown for word in ("EMERGENCY", report["case_id"], "acted", "Dr. Soto"))
    assert vigia("alert", "close", alert["id"], "--by", "Dr. Soto").returncode == 0
    times = {one["kind"]: one for one in json.loads(vigia("alert", "report", "--json").stdout)}
    assert times["emergency"]["act"]["count"] == 1
    assert times["emergency"]["unfinished"] == 0


def test_a_hospitals_escalation_file_is_checked(vigia: Command, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("version: h-1\nroles: {admin: {members: [nobody]}}\n")
    refused = vigia("escalation", "check", str(file))
    assert (refused.returncode, "roles.admin" in refused.stderr) == (5, True)
    file.write_text("version: h-1\n")
    assert "h-1" in vigia("escalation", "check", str(file)).stdout
    assert "emergency" in vigia("escalation", "show").stdout


def test_a_database_without_tables(vigia: Command, picture: str) -> None:
    (vigia.home / "vigia.db").unlink()
    done = vigia("submit", picture, "--patient-code", "P-1")
    refused(done, ExitCode.UNAVAILABLE, "vigia db upgrade")
    assert vigia("db", "upgrade").returncode == 0
    assert vigia("submit", picture, "--patient-code", "P-1").returncode == 0


def test_doctor_says_what_to_do(vigia: Command) -> None:
    done = vigia("doctor", "--json")
    assert done.returncode == ExitCode.UNHEALTHY
    found = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert found["database"]["status"] == "ok"
    assert found["broker"]["status"] == "critical"
    assert found["workers"]["status"] == "warning"


def test_doctor_says_which_channel_is_not_set_up(vigia: Command, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    people = "people: {ana: {contacts: [{channel: slack, address: C1}]}}"
    file.write_text(f"version: t\n{people}\nroles: {{emergency: {{members: [ana]}}}}\n")
    own = {"VIGIA_ESCALATION_FILE": str(file)}
    for token, status in (("", "critical"), ("xoxb-1", "ok")):
        done = vigia("doctor", "--json", VIGIA_SLACK_TOKEN=token, **own)
        (found,) = [one for one in json.loads(done.stdout)["checks"] if one["name"] == "channels"]
        assert (found["status"], "VIGIA_SLACK_TOKEN" in found["detail"]) == (status, not token)


def test_spanish_is_the_first_language(vigia: Command) -> None:
    done = vigia("case", "no-case", VIGIA_LANG="es")
    assert "No existe" in done.stderr


@pytest.mark.parametrize("url", ["amqp://u:secret@h/0", "redis://u:secret@h:port/0", "nonsense"])
def test_a_broker_of_another_kind_accepts_nothing(vigia: Command, picture: str, url: str) -> None:
    done = vigia("submit", picture, "--patient-code", "P-1", CELERY_BROKER_URL=url)
    refused(done, ExitCode.CONFIGURATION, "CELERY_BROKER_URL", "redis:")
    assert "secret" not in done.stderr
    no_case_was_stored(vigia)


def test_a_database_url_that_is_none(vigia: Command) -> None:
    done = vigia("cases", VIGIA_DATABASE_URL="postgresql://u:secret@h:port/d")
    refused(done, ExitCode.CONFIGURATION, "VIGIA_DATABASE_URL")
    assert "secret" not in done.stderr


def test_a_file_that_is_no_database(vigia: Command) -> None:
    (vigia.home / "vigia.db").write_bytes(b"no database at all" * 100)
    refused(vigia("cases"), ExitCode.UNAVAILABLE, "damaged")


def test_a_home_that_is_a_file(vigia: Command, picture: str) -> None:
    refused(vigia("cases", VIGIA_HOME=picture), ExitCode.CONFIGURATION, "VIGIA_HOME")
    done = vigia("doctor", "--json", VIGIA_HOME=picture)
    assert done.returncode == ExitCode.UNHEALTHY
    found = {check["name"]: check["status"] for check in json.loads(done.stdout)["checks"]}
    assert found["home"] == found["database"] == "critical"
    assert found["rules"] == "ok"


def test_an_unknown_log_level(vigia: Command) -> None:
    done = vigia("worker", "--log-level", "loud")
    assert done.returncode == ExitCode.INVALID_INPUT
    assert "loud" in done.stderr


def test_the_trail_is_shown_exported_and_verified(vigia: Command, tmp_path: Path) -> None:
    picture = tmp_path / "wound.png"
    picture.write_bytes(draw_wound(1, (64, 64), kind="PNG"))
    # without a broker the case is accepted and waits
    known = vigia("submit", str(picture), "--patient-code", "P-1", "--json").stdout
    case_id = json.loads(known)["case_id"]
    shown = vigia("audit", "show", case_id, VIGIA_LANG="es")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "caso aceptado" in shown.stdout
    listed = json.loads(vigia("audit", "show", case_id, "--json").stdout)
    assert [one["event"] for one in listed][-2:] == ["trail.read", "permission.granted"]
    assert vigia("audit", "show", "nobody").returncode == ExitCode.NOT_FOUND

    assert vigia("audit", "verify").returncode == ExitCode.OK
    key, export, fhir = (tmp_path / name for name in ("audit.pub", "trail.jsonl", "trail.ndjson"))
    assert vigia("audit", "key", "--out", str(key)).returncode == ExitCode.OK
    assert vigia("audit", "key").stdout == key.read_text()
    assert vigia("audit", "export", str(export)).returncode == ExitCode.OK
    assert vigia("audit", "export", str(export)).returncode == ExitCode.INVALID_INPUT
    assert vigia("audit", "export", str(fhir), "--format", "fhir").returncode == ExitCode.OK
    events = [AuditEvent.model_validate_json(line) for line in fhir.read_text().splitlines()]
    assert len(events) > len(listed)
    assert "P-1" not in export.read_text() + fhir.read_text()

    auditor = Command(tmp_path / "auditor")
    words = ("audit", "verify", "--export", str(export), "--public-key", str(key))
    checked = auditor(*words, "--checkpoint", str(vigia.home / "audit"))
    assert checked.returncode == ExitCode.TAMPERED  # the export after it went further than this one
    assert "end cut off" in checked.stdout
    checked = auditor(*words, "--json")
    assert checked.returncode == ExitCode.OK, checked.stdout
    assert json.loads(checked.stdout)["completeness"]["good"] is True
    assert not auditor.home.exists()
    export.write_bytes(export.read_bytes().replace(b"case.accepted", b"case.accepteD", 1))
    assert auditor(*words).returncode == ExitCode.TAMPERED


def test_a_lost_audit_key_is_not_replaced_in_silence(vigia: Command) -> None:
    assert vigia("audit", "verify").returncode == ExitCode.OK
    (vigia.home / "keys" / "audit.key").unlink()
    lost = vigia("audit", "verify")
    assert lost.returncode == ExitCode.CONFIGURATION
    assert "no audit key" in lost.stderr
