"""An exercise of the whole loop: marked, measured, never mixed with patients', always ended."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loop import Loop, hospital

from vigia_detect.cli.throwaway import environment, throw_away_system
from vigia_detect.domain.alert_states import AlertEvent, AlertState
from vigia_detect.domain.escalation import AlertKind, Answer
from vigia_detect.domain.ids import alert_id
from vigia_detect.domain.notification import Channel
from vigia_detect.errors import ChannelTemporaryError
from vigia_detect.stages.alert_report import alert_times
from vigia_detect.stages.drill import Drill


@pytest.fixture
def loop(database_url: str, tmp_path: Path) -> Iterator[Loop]:
    with hospital(database_url, tmp_path / "home") as made:
        yield made


def begin(loop: Loop, longest_s: float = 120) -> Drill:
    drill = loop.vigia.new_drill()
    drill.open(longest_s)
    loop.work()
    return drill


def states(loop: Loop) -> set[AlertState]:
    return {alert.state for alert in loop.vigia.desk.alerts(limit=10)}


def test_every_text_of_a_drill_says_so_first(loop: Loop) -> None:
    begin(loop, longest_s=3600)
    for seconds in (120, 180, 300):
        loop.pass_time(seconds)
        loop.vigia.sweeper.sweep()
        loop.work()
    sent = [message for message, _ in loop.phone.sent]
    assert {message.kind for message in sent} == {AlertKind.EMERGENCY, AlertKind.SYSTEM_ERROR}
    assert all(message.drill for message in sent)
    assert all(message.title.startswith("[SIMULACRO/DRILL]") for message in sent)
    assert all(message.body.startswith("Es un ejercicio") for message in sent)


def test_a_drill_measures_and_is_not_in_the_figures_of_patients(loop: Loop) -> None:
    drill = begin(loop)
    assert loop.now_told() == ["ana/slack"]
    loop.pass_time(7)
    loop.vigia.desk.answer(drill.alert_id, Answer(AlertEvent.ACKNOWLEDGE, "Ana", "test"))
    drill.end(by="test")
    report, _ = drill.look()
    assert report.problems == ()
    assert (report.acknowledged_by, report.only_inbox) == ("Ana", False)
    assert report.accepted_s is not None
    assert report.accepted_s < 5
    assert report.acknowledged_s is not None
    assert 7 <= report.acknowledged_s < 15
    assert [(one.person, one.channel) for one in report.told] == [("ana", "slack")]
    for kind in alert_times(loop.vigia.store, days=1):
        figures = (kind.acceptance, kind.acknowledgement, kind.act)
        assert [one.count + one.never for one in figures] == [0, 0, 0]
        assert kind.unfinished == 0


def test_an_open_drill_is_no_open_alert_of_a_patient(loop: Loop) -> None:
    begin(loop)
    with loop.vigia.store.read() as work:
        assert work.alerts.open_by_kind() == {}
        assert len(work.alerts.unfinished()) == 1  # its deadlines are watched as any other's


def test_a_drill_that_ends_tells_nobody_any_more(loop: Loop) -> None:
    drill = begin(loop)
    assert loop.now_told() == ["ana/slack"]
    drill.end(by="test")
    assert loop.after(3600) == []
    assert loop.phone.updates == [("p-1", "Terminó el simulacro: no hay nada que hacer.")]
    assert states(loop) == {AlertState.CLOSED}
    assert drill.look()[0].problems == ("not_acknowledged",)


def test_its_end_closes_what_it_made_the_system_say(loop: Loop) -> None:
    drill = begin(loop, longest_s=3600)
    loop.after(120)
    loop.after(180)
    loop.after(300)
    system = loop.vigia.desk.alert(alert_id(drill.subject, AlertKind.SYSTEM_ERROR))
    assert system.drill
    drill.end(by="test")
    assert states(loop) == {AlertState.CLOSED}
    assert loop.after(7200) == []


def test_a_drill_whose_process_died_ends_by_its_deadline(loop: Loop) -> None:
    begin(loop, longest_s=30)
    assert loop.after(89) == ["ana/slack"]
    assert loop.after(1) == []
    assert states(loop) == {AlertState.CLOSED}
    assert loop.after(3600) == []


def test_the_end_of_a_drill_leaves_real_alerts_alone(loop: Loop) -> None:
    real = loop.open()
    drill = begin(loop)
    drill.end(by="test")
    assert loop.vigia.desk.alert(real).state == AlertState.OPEN
    assert not loop.vigia.desk.answer(drill.alert_id, Answer(AlertEvent.ACKNOWLEDGE, "x", "test"))


def test_what_no_channel_accepts_fails_the_drill(loop: Loop) -> None:
    loop.phone.broken = dict.fromkeys(Channel, ChannelTemporaryError("away"))
    drill = begin(loop)
    assert drill.look()[0].problems == ("not_accepted", "not_acknowledged")
    loop.phone.broken.clear()
    loop.after(40)
    assert drill.look()[0].problems == ("accepted_late", "not_acknowledged")


@pytest.fixture(scope="module")
def system() -> Iterator[dict[str, str]]:
    with throw_away_system() as vigia:
        yield {**os.environ, **environment(vigia.settings), "VIGIA_LANG": "en"}


def start(env: dict[str, str], *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "vigia_detect.cli.main", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=env, stdout=pipe, stderr=pipe, text=True)


def test_the_command_reports_who_answered_and_how_fast(system: dict[str, str]) -> None:
    drill = start(system, "drill", "emergency", "--json", "--wait=60")
    assert drill.stderr is not None
    known = drill.stderr.readline().split()[1].rstrip(":")
    said = start(system, "alert", "ack", known, "--by=Ana Soto").communicate(timeout=30)[0]
    assert "taken by Ana Soto" in said
    out, _ = drill.communicate(timeout=60)
    report = json.loads(out)
    assert drill.returncode == 0
    assert (report["alert_id"], report["acknowledged_by"]) == (known, "Ana Soto")
    assert (report["problems"], report["only_inbox"]) == ([], True)
    assert 0 < report["accepted_s"] < report["limit_s"] == 30
    listed = start(system, "alert", "list", "--json").communicate(timeout=30)[0]
    alert = next(one for one in json.loads(listed) if one["id"] == known)
    assert (alert["state"], alert["drill"]) == ("closed", True)


@pytest.mark.parametrize(
    ("number", "code"), [(None, 11), (signal.SIGINT, 130), (signal.SIGTERM, 130)]
)
def test_the_command_closes_the_drill_however_it_ends(
    system: dict[str, str], number: signal.Signals | None, code: int
) -> None:
    drill = start(system, "drill", "emergency", "--wait=2" if number is None else "--wait=60")
    assert drill.stdout is not None
    known = drill.stdout.readline().split()[1].rstrip(":")
    if number is not None:
        drill.send_signal(number)
    _, errors = drill.communicate(timeout=60)
    assert drill.returncode == code, errors
    listed = start(system, "alert", "list", "--json").communicate(timeout=30)[0]
    assert next(one["state"] for one in json.loads(listed) if one["id"] == known) == "closed"
