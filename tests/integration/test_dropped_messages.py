"""What a task does with a message that names nothing of ours; the worker is this process."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ward import System

import vigia_detect.tasks  # noqa: F401 - registers the tasks
from vigia_detect.bootstrap import install, reset
from vigia_detect.core.celery_config import SYSTEM_ERROR_TASK, TASK_NAMES, celery_app
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.ids import new_case_id
from vigia_detect.domain.states import CaseState
from vigia_detect.errors import DatabaseUnavailableError
from vigia_detect.stages.failures import MESSAGES
from vigia_detect.tasks.base import DROPPED

SECRET = "Ana Pérez"


@pytest.fixture
def system(database_url: str, tmp_path: Path) -> Iterator[System]:
    made = System(database_url, tmp_path / "home")
    install(made.vigia)
    yield made
    reset()
    made.vigia.close()


def recorded(system: System) -> list[object]:
    with system.vigia.store.read() as work:
        entries = [entry for _, entry in work.audit.of_subject(MESSAGES)]
    return [one.detail["code"] for one in entries if one.event == AuditEvent.MESSAGE_DROPPED]


@pytest.mark.parametrize("name", sorted(TASK_NAMES.values()))
def test_arguments_that_name_no_run_are_dropped_and_recorded(
    name: str, system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(new_case_id())
    wrong: list[tuple[object, ...]] = [
        (),
        (run,),
        (SECRET, 0),
        (run, "0"),
        (run, -1),
        (run, True),
        (run, 0, SECRET),
        (None, 0),
        (run.upper(), 0),
    ]
    for arguments in wrong:
        celery_app.tasks[name](*arguments)
    assert recorded(system) == ["arguments"] * len(wrong)
    assert len(system.vigia.desk.alerts(limit=9)) == 1
    assert SECRET not in capsys.readouterr().err


def test_a_run_that_is_not_there_is_nobodys_fault(system: System) -> None:
    for name in TASK_NAMES.values():
        celery_app.tasks[name](str(new_case_id()), 0)
    assert recorded(system) == []


@pytest.mark.parametrize("code", sorted(DROPPED))
def test_a_worker_reports_what_it_dropped(code: str, system: System) -> None:
    celery_app.tasks[SYSTEM_ERROR_TASK](code)
    assert recorded(system) == [code]


@pytest.mark.parametrize("arguments", [(), (SECRET,), (["arguments"],), ("arguments", SECRET)])
def test_a_report_with_other_words_is_such_a_message_itself(
    arguments: tuple[object, ...], system: System
) -> None:
    celery_app.tasks[SYSTEM_ERROR_TASK](*arguments)
    assert recorded(system) == ["arguments"]


def test_it_is_told_once_an_episode(system: System) -> None:
    report = celery_app.tasks[SYSTEM_ERROR_TASK]
    for _ in range(5):
        report("unreadable")
    (alert,) = system.vigia.desk.alerts(limit=9)
    assert alert.reasons == ("poison_message", "unreadable")
    system.vigia.desk.acknowledge(alert.id, by="Eva")
    report("unreadable")
    assert AuditEvent.ALERT_REOPENED not in system.events(MESSAGES)  # somebody is at it


def test_without_a_database_it_is_at_least_in_the_log(
    system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(**_: object) -> None:
        raise DatabaseUnavailableError("away")

    monkeypatch.setattr(system.vigia.store, "begin", away)
    celery_app.tasks[SYSTEM_ERROR_TASK]("unreadable")
    codes = [json.loads(line)["code"] for line in capsys.readouterr().err.splitlines()]
    assert codes == ["unreadable", "not_recorded"]


def test_a_case_beside_it_is_not_held_up(system: System) -> None:
    case_id = system.submit()
    celery_app.tasks[TASK_NAMES["triage"]](SECRET, 0)
    system.work()
    assert system.state(case_id) == CaseState.COMPLETED
