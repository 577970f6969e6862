"""`vigia assess` as it is typed: exit codes, streams, and text for a nurse."""

import json
from pathlib import Path
from typing import Any

import pytest
from command import Command, Done

HERE = Path(__file__).parent
P4 = json.loads((HERE / "examples" / "P4.json").read_text(encoding="utf-8"))["input"]


def run(folder: Path, content: Any, *options: str) -> Done:
    path = folder / "case.json"
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return Command(folder / "home", lang="es")("assess", str(path), *options)


def test_an_assessment_is_one_json_object(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(P4), encoding="utf-8")
    done = Command(tmp_path / "home").apart("assess", str(path), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["urgency"] == "urgent"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"patient_code": "P", "patient_context": {"vitals": {"temp_c": 99}}}, "vitals.temp_c"),
        ("{", "línea 1"),
        ("[]", "objeto"),
        ('{"patient_code": "P", "patient_code": "Q", "patient_context": {}}', "patient_code"),
        ('{"patient_code": "P", "patient_context": {"vitals": {"temp_c": NaN}}}', "NaN"),
        ("[" * 100_000, "anidados"),
        (
            '{"patient_code": "P", "patient_context": {"vitals": {"gcs": ' + "9" * 6000 + "}}}",
            "cifras",
        ),
    ],
)
def test_invalid_input_is_exit_code_two_and_nothing_on_stdout(
    tmp_path: Path, content: Any, says: str
) -> None:
    done = run(tmp_path, content, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_each_problem_has_its_line(tmp_path: Path) -> None:
    context = {"vitals": {"temp_c": 99, "gcs": 2}, "conditions": ["Juana Pérez"]}
    done = run(tmp_path, {"patient_code": "P", "patient_context": context}, "--json")
    assert len(done.stderr.splitlines()) == 3
    assert "Pérez" not in done.stderr


def test_a_broken_profile_names_its_line(tmp_path: Path) -> None:
    profile = tmp_path / "own.yaml"
    profile.write_text("profile: own\nversion: '1'\nlimits:\n  fevr_c: 38\n")
    done = run(tmp_path, P4, "--json", "--profile", str(profile))
    assert (done.returncode, done.stdout) == (5, "")
    assert "own.yaml:4" in done.stderr


def test_a_missing_file_is_invalid_input(tmp_path: Path) -> None:
    done = Command(tmp_path / "home")("assess", str(tmp_path / "none.json"))
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("es", ["URGENTE", "LPP categoría III", "Qué hacer", "por verificar", "Falta saber"]),
        ("en", ["URGENT", "Stage 3", "What to do", "to be verified", "Not known yet"]),
    ],
)
def test_text_for_a_nurse(tmp_path: Path, lang: str, words: list[str]) -> None:
    done = run(tmp_path, P4, "--lang", lang)
    assert done.returncode == 0
    assert not [word for word in words if word not in done.stdout]
