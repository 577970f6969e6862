"""Keys, holds, retention and erasure as an operator types them."""

import json
from hashlib import sha256
from pathlib import Path

import databases
import pytest
from command import Command
from http_host import http_host
from vault_host import VaultTransit

from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.cli.keeping_texts import KEEPING_TEXTS
from vigia_detect.testing import draw_wound


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir(mode=0o700)
    databases.sqlite(made / "vigia.db")
    (tmp_path / "wound.jpg").write_bytes(draw_wound(3, (120, 120)))
    return made


@pytest.fixture
def vigia(home: Path) -> Command:
    return Command(home)


def submit(vigia: Command, home: Path, **environment: str) -> str:
    picture = str(home.parent / "wound.jpg")
    done = vigia("submit", picture, "--patient-code", "P-1", "--json", **environment)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["case_id"])


def test_keys_are_listed_rotated_checked_and_kept_while_in_use(vigia: Command, home: Path) -> None:
    submit(vigia, home)
    assert "2 wraps from now on; 3 keys" in vigia("keys", "rotate", "--by", "Ana").stdout
    first, second = json.loads(vigia("keys", "list", "--json").stdout)
    assert (first["state"], first["wrapped"]) == ("reading", 0)
    assert (second["state"], second["wrapped"]) == ("wrapping", 3)
    assert json.loads(vigia("keys", "check", "--json").stdout)["bad"] == []
    refused = vigia("keys", "destroy", "2")
    assert refused.returncode == ExitCode.MUST_BE_KEPT
    assert "rotate" in refused.stderr


def test_a_hold_is_placed_listed_heeded_and_released(vigia: Command, home: Path) -> None:
    case = submit(vigia, home)
    placed = vigia("hold", "add", case, "--reason", "court_case", "--by", "Ana Soto")
    assert placed.returncode == 0, placed.stderr
    (hold,) = json.loads(vigia("hold", "list", "--json").stdout)
    assert (hold["subject"], hold["placed_by"]) == (case, "Ana Soto")
    grounds = ("--reason", "order", "--by", "Ana", "--reference", "1", "--override", "court_order")
    refused = vigia("erase", "--patient-code-from-stdin", *grounds, stdin="P-1\n")
    assert refused.returncode == ExitCode.MUST_BE_KEPT
    assert refused.stderr.startswith("Under legal hold")
    assert vigia("hold", "release", hold["hold"], "--by", "Bea").returncode == 0
    assert vigia("hold", "list").stdout == "There are no holds.\n"
    open_case = vigia("erase", "--patient-code-from-stdin", *grounds, stdin="P-1\n")
    assert open_case.stderr.startswith("Work is still open")


def test_a_dry_run_says_what_forbids(vigia: Command, home: Path) -> None:
    case = submit(vigia, home)
    words = ("erase", "--patient-code-from-stdin", "--reason=order", "--by=Ana", "--dry-run")
    found = json.loads(vigia(*words, "--json", stdin="P-1\n").stdout)
    assert (found["cases"], found["refusal"]) == ([case], "OpenWorkError")
    assert found["files"] == [case]
    nobody = vigia.apart(*words, stdin="P-2\n")
    assert nobody.returncode == ExitCode.NOT_FOUND
    assert vigia("erase", "--reason=order", "--by=Ana").returncode == ExitCode.INVALID_INPUT


def test_the_plan_lists_every_kind(vigia: Command, home: Path) -> None:
    submit(vigia, home)
    rows = json.loads(vigia("retention", "plan", "--json").stdout)
    assert {row["kind"]: row["period_days"] for row in rows} == {
        "clinical_record": 5490,
        "images": 5490,
        "details": 5490,
        "idempotency": 90,
        "notifications": 730,
        "orphan_files": None,
    }
    assert "Audit entries are not deleted." in vigia("retention", "run").stdout


def test_a_shorter_period_is_refused_and_doctor_says_so(vigia: Command, home: Path) -> None:
    submit(vigia, home)
    shorter = {"VIGIA_RETENTION_RECORD_YEARS": "10"}
    refused = vigia("retention", "run", **shorter)
    assert refused.returncode == ExitCode.MUST_BE_KEPT
    assert "3660 < 5490 days of clinical_record" in refused.stderr
    checks = json.loads(vigia("doctor", "--json", **shorter).stdout)["checks"]
    assert {c["name"]: c["status"] for c in checks}["retention"] == "critical"
    submit(vigia, home, **shorter)  # cases do not wait for it


def test_another_key_signs_and_the_first_public_key_verifies(
    vigia: Command, home: Path, tmp_path: Path
) -> None:
    submit(vigia, home)
    key, export = tmp_path / "audit.pub", tmp_path / "trail.jsonl"
    assert vigia("audit", "key", "--out", str(key)).returncode == 0
    rotated = vigia("keys", "rotate-signing", "--by", "Ana")
    assert "signs from now on" in rotated.stdout, rotated.stderr
    assert key.read_text().strip() not in rotated.stdout
    submit(vigia, home)
    assert vigia("audit", "verify").returncode == 0
    assert vigia("audit", "key").stdout == key.read_text()
    assert vigia("audit", "export", str(export)).returncode == 0
    words = ("audit", "verify", "--export", str(export), "--public-key", str(key))
    assert vigia(*words).returncode == 0


@pytest.mark.parametrize("source", ["file", "environment", "vault", "audit"])
@pytest.mark.parametrize("command", ["worker", "up", "serve"])
def test_a_default_key_starts_nothing(
    vigia: Command, home: Path, source: str, command: str
) -> None:
    zeros = home.parent / "zeros.key"
    zeros.write_bytes(bytes(32))
    zeros.chmod(0o600)
    settings = {
        "file": {"VIGIA_KEY_FILE": str(zeros)},
        "environment": {"VIGIA_KEY_SOURCE": "environment", "VIGIA_KEYS": f"1:{'A' * 43}="},
        "vault": {
            "VIGIA_KEY_SOURCE": "vault",
            "VIGIA_VAULT_URL": "http://127.0.0.1:9",
            "VIGIA_VAULT_TOKEN": "root",
        },
        "audit": {"VIGIA_AUDIT_KEY_FILE": str(zeros)},
    }[source]
    run = vigia.apart if source == "file" else vigia  # these would go on if they started
    refused = run(command, **settings)
    assert refused.returncode == ExitCode.CONFIGURATION
    assert "default" in refused.stderr
    assert "A" * 43 not in refused.stderr


@pytest.mark.parametrize("variable", ["VIGIA_KEY_FILE", "VIGIA_AUDIT_KEY_FILE"])
@pytest.mark.parametrize("command", ["worker", "up", "serve"])
def test_a_key_that_others_can_read_starts_nothing(
    vigia: Command, home: Path, variable: str, command: str
) -> None:
    key = home.parent / "drawn.key"
    key.write_bytes(sha256(b"drawn").digest())
    key.chmod(0o640)
    refused = vigia(command, **{variable: str(key)})
    assert refused.returncode == ExitCode.CONFIGURATION
    assert "chmod 600" in refused.stderr


def test_with_vault_the_key_is_in_no_file(vigia: Command, home: Path) -> None:
    server = VaultTransit("hvs.t")
    with http_host(server.answer) as url:
        setup = {
            "VIGIA_KEY_SOURCE": "vault",
            "VIGIA_VAULT_URL": url,
            "VIGIA_VAULT_TOKEN": "hvs.t",
        }
        case = submit(vigia, home, **setup)
        assert vigia("keys", "rotate", **setup).returncode == 0
        assert json.loads(vigia("case", case, "--json", **setup).stdout)["patient_code"] == "P-1"
        assert set(server.keys["vigia"]) == {1, 2}
        server.sealed = True
        away = vigia("case", case, **setup)
        assert away.returncode == ExitCode.UNAVAILABLE
        assert not (home / "keys").exists()


def test_every_sentence_is_there_in_both_languages() -> None:
    assert KEEPING_TEXTS["es"].keys() == KEEPING_TEXTS["en"].keys()
