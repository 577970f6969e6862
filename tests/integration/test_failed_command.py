"""`vigia failed` as a person types it."""

import json
from collections.abc import Iterator
from pathlib import Path

import databases
import pytest
from typer.testing import CliRunner
from ward import System, nothing

from vigia_detect.bootstrap import install, reset
from vigia_detect.cli.failed_texts import TEXTS, age
from vigia_detect.cli.main import app
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState
from vigia_detect.errors import CorruptDataError, InvalidOptionError, NotFoundError

WHY = "se cambió el disco"


def failing(_case: CaseFile, _inputs: StageResults) -> StageOutput:
    raise CorruptDataError("unreadable")


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    made = System(databases.sqlite(tmp_path / "vigia.db"), tmp_path / "home")
    install(made.vigia)
    yield made
    reset()
    made.vigia.close()


def vigia(*words: str) -> str:
    done = CliRunner().invoke(app, ["failed", *words], env={"COLUMNS": "200"})
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_nothing_has_failed(system: System) -> None:
    system.submit()
    system.work()
    assert vigia("list") == "No hay tareas fallidas.\n"
    assert json.loads(vigia("list", "--json")) == []


def test_a_failed_task_is_listed_shown_and_asked_for_again(system: System) -> None:
    system.bodies[Stage.RISK_SCORE] = failing
    case_id = system.submit(code="PAC-SECRETO")
    system.work()
    (letter,) = json.loads(vigia("list", "--json"))
    assert set(letter) == {
        *("run_id", "task", "case_id", "alert_id", "code", "severity", "attempts"),
        *("failed_at", "age_s"),
    }
    assert (letter["task"], letter["severity"]) == ("risk_score", "high")
    shown = vigia("list")
    assert letter["run_id"] in shown
    assert "CorruptData" in shown
    system.bodies[Stage.RISK_SCORE] = nothing
    asked = vigia("retry", letter["run_id"], "--by", "Luis Rey", "--reason", WHY)
    assert case_id in asked
    assert "risk_score" in asked
    system.work()
    assert system.state(case_id) == CaseState.ESCALATED
    assert vigia("list") == "No hay tareas fallidas.\n"


def test_the_history_says_who_asked_before_and_why(system: System) -> None:
    system.bodies[Stage.TRIAGE] = failing
    system.submit()
    system.work()
    (letter,) = json.loads(vigia("list", "--json"))
    vigia("retry", letter["run_id"], "--by", "Luis Rey", "--reason", WHY)
    system.work()
    shown = vigia("show", letter["run_id"])
    assert f"Luis Rey: {WHY}" in shown
    assert shown.count("run.failed") == 2
    assert f"vigia failed retry {letter['run_id']}" in shown
    report = json.loads(vigia("show", letter["run_id"], "--json"))
    assert [one["reason"] for one in report["retries"]] == [WHY]


def test_wrong_words_are_typed_errors(system: System) -> None:
    system.bodies[Stage.TRIAGE] = failing
    system.submit()
    system.work()
    (letter,) = json.loads(vigia("list", "--json"))
    with pytest.raises(InvalidOptionError, match="reason"):
        vigia("retry", letter["run_id"], "--by", "Luis Rey", "--reason", "")
    with pytest.raises(NotFoundError):
        vigia("show", "no-such-id")
    assert system.vigia.dead_letters.list(limit=9)


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["es"].keys() == TEXTS["en"].keys()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (7199, "1 h"), (200_000, "2 days")],
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, words: str) -> None:
    assert age("en", seconds) == words
