"""`vigia failed` as a person types it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import databases
import pytest
from loop import Broker
from pydantic import SecretStr
from typer.testing import CliRunner
from ward import System, nothing

from vigia_detect.bootstrap import Vigia, install, reset
from vigia_detect.cli.failed_texts import TEXTS, age
from vigia_detect.cli.main import app
from vigia_detect.domain.access import Role
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults
from vigia_detect.domain.ids import Pseudonym
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState
from vigia_detect.errors import CorruptDataError, InvalidOptionError, NotFoundError
from vigia_detect.security.registry import NewAccount

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


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_read_cases_does_not_read_why_they_were_begun_anew(
    system: System, role: Role
) -> None:
    letter = begun_anew(system)
    with seen_as(system, role):
        report = json.loads(vigia("show", letter, "--json"))
        shown = vigia("show", letter)
    assert [(one["by"], one["reason"]) for one in report["retries"]] == [("Luis Rey", None)]
    assert WHY not in shown
    with system.vigia.store.read() as work:
        assert work.audit.of_event(AuditEvent.CASE_READ, 0.0) == []


def test_who_may_read_cases_reads_why_and_leaves_an_entry(system: System) -> None:
    letter = begun_anew(system)
    with seen_as(system, Role.ADMINISTRATOR, Role.NURSE):
        assert WHY in vigia("show", letter)
    with system.vigia.store.read() as work:
        (read,) = work.audit.of_event(AuditEvent.CASE_READ, 0.0)
        (granted,) = work.audit.of_event(AuditEvent.PERMISSION_GRANTED, 0.0)[-1:]
    assert read.actor == "administrator-nurse"
    assert granted.detail["action"] == "case:read"


def test_why_an_erased_patients_case_was_begun_anew_stays_shut(system: System) -> None:
    letter = begun_anew(system)
    with system.vigia.store.begin() as work:
        (case,) = work.cases.list(limit=1)
        work.retention.erase(case.pseudonym, Pseudonym("e_" + "a" * 32))
        work.commit()
    report = json.loads(vigia("show", letter, "--json"))
    assert [one["reason"] for one in report["retries"]] == [None]


def begun_anew(system: System) -> str:
    """Bring a case to a dead letter that was asked for again before; return the letter's id."""
    system.bodies[Stage.TRIAGE] = failing
    system.submit()
    system.work()
    (letter,) = json.loads(vigia("list", "--json"))
    vigia("retry", letter["run_id"], "--by", "Luis Rey", "--reason", WHY)
    system.work()
    return str(letter["run_id"])


@contextmanager
def seen_as(system: System, *roles: Role) -> Iterator[None]:
    """Type the commands as somebody who has logged in."""
    login = "-".join(role.value.replace("_", "-") for role in roles)
    registry = system.vigia.registry
    registry.add(NewAccount(login, f"Name {login}", frozenset(roles)), by="test")
    token, _ = registry.create_token(login, label="t", days=1, scopes=None, by="test")
    settings = system.vigia.settings.model_copy(update={"token": SecretStr(token)})
    reset()
    other = Vigia(settings, publisher=Broker())
    install(other)
    try:
        yield
    finally:
        reset()
        other.close()
        install(system.vigia)


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
