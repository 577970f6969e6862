"""Buttons by Socket Mode, against a server shaped like Slack's."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from slack_api import APP_TOKEN, TOKEN, SlackApi, slack_api
from slack_socket import SlackSocketHost, slack_socket, until

from vigia_detect.api.slack_socket import hearing_slack
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.button import Button, action_id
from vigia_detect.settings import Settings

PEOPLE = """\
version: test-1
people:
  ana: {contacts: [{channel: slack, address: U01}]}
roles:
  admin: {members: [ana]}
"""
ACTION = action_id(Button.ON_MY_WAY)


@pytest.fixture
def slack() -> Iterator[SlackApi]:
    with slack_api() as made:
        made.every_s = 0
        yield made


@pytest.fixture
def door(slack: SlackApi) -> Iterator[SlackSocketHost]:
    with slack_socket() as host:
        slack.socket_url = host.url
        yield host


@pytest.fixture
def vigia(tmp_path: Path, slack: SlackApi) -> Iterator[Vigia]:
    home = tmp_path / "home"
    home.mkdir()
    (home / "escalation.yaml").write_text(PEOPLE)
    tokens = {"slack_token": TOKEN, "slack_app_token": APP_TOKEN}
    settings = Settings.model_validate(
        {"home": home, "slack_api_url": f"{slack.url}api/", **tokens, "channel_timeout_s": 2}
    )
    made = Vigia(settings)
    made.store.upgrade()
    yield made
    made.close()


def opened(vigia: Vigia, slack: SlackApi) -> tuple[str, dict[str, object]]:
    """Open an alert and send its message; return the alert and the post."""
    alert = vigia.desk.escalate("system_error", case_id=None, reasons=("test",))
    for one in alert.told:
        vigia.notifications.run(one.id, 0)
    return alert.alert_id, slack.posts[-1]


def stands(vigia: Vigia, known: str) -> tuple[AlertState, str | None]:
    alert = vigia.desk.alert(known)
    return alert.state, alert.acknowledged_by


def test_a_pressed_button_takes_the_alert_and_is_acknowledged(
    vigia: Vigia, slack: SlackApi, door: SlackSocketHost
) -> None:
    known, post = opened(vigia, slack)
    with hearing_slack(vigia):
        until(lambda: door.connections)
        envelope = door.send(slack.pressed(post, ACTION, user="U01"))
        until(lambda: envelope in door.acknowledged)
    assert stands(vigia, known) == (AlertState.ACKNOWLEDGED, "ana")
    assert slack.whispers == []


def test_a_stranger_is_told_unseen_that_it_does_not_count(
    vigia: Vigia, slack: SlackApi, door: SlackSocketHost
) -> None:
    known, post = opened(vigia, slack)
    with hearing_slack(vigia):
        until(lambda: door.connections)
        envelope = door.send(slack.pressed(post, ACTION, user="U99"))
        until(lambda: envelope in door.acknowledged)
        until(lambda: slack.whispers)
    assert stands(vigia, known) == (AlertState.OPEN, None)
    assert "NO cuenta" in slack.whispers[0]["text"]
    with vigia.store.read() as work:
        assert work.audit.of_event(AuditEvent.ANSWER_REFUSED, 0.0)


def test_an_envelope_that_comes_twice_counts_once(
    vigia: Vigia, slack: SlackApi, door: SlackSocketHost
) -> None:
    known, post = opened(vigia, slack)
    payload = slack.pressed(post, ACTION, user="U01")
    envelope = {"type": "interactive", "envelope_id": "e-1", "payload": payload}
    with hearing_slack(vigia):
        until(lambda: door.connections)
        door.say(envelope)
        door.say(envelope)
        until(lambda: door.acknowledged == ["e-1", "e-1"])
    assert stands(vigia, known) == (AlertState.ACKNOWLEDGED, "ana")
    with vigia.store.read() as work:
        (refused,) = work.audit.of_event(AuditEvent.ANSWER_REFUSED, 0.0)
    assert refused.detail["reason"] == "used"


def test_what_is_no_button_of_ours_is_acknowledged_and_nothing_happens(
    vigia: Vigia, slack: SlackApi, door: SlackSocketHost
) -> None:
    known, _ = opened(vigia, slack)
    with hearing_slack(vigia):
        until(lambda: door.connections)
        sent = [door.send({"type": "view_submission"}), door.send({"event": {}}, "events_api")]
        until(lambda: set(sent) <= set(door.acknowledged))
    assert stands(vigia, known) == (AlertState.OPEN, None)


@pytest.mark.parametrize("how", ["disconnect", "drop"])
def test_a_connection_that_ends_is_opened_again(
    vigia: Vigia, slack: SlackApi, door: SlackSocketHost, how: str
) -> None:
    known, post = opened(vigia, slack)
    with hearing_slack(vigia):
        until(lambda: door.connections)
        if how == "disconnect":
            door.say({"type": "disconnect", "reason": "refresh_requested"})
        else:
            door.drop()
        until(lambda: len(door.connections) == 2)
        envelope = door.send(slack.pressed(post, ACTION, user="U01"))
        until(lambda: envelope in door.acknowledged)
    assert stands(vigia, known) == (AlertState.ACKNOWLEDGED, "ana")


def test_slack_may_be_away_when_it_begins(vigia: Vigia, slack: SlackApi) -> None:
    known, post = opened(vigia, slack)
    with slack_socket() as door, hearing_slack(vigia):  # there is no address to connect to yet
        until(lambda: slack.sockets_opened)
        slack.socket_url = door.url
        until(lambda: door.connections)
        envelope = door.send(slack.pressed(post, ACTION, user="U01"))
        until(lambda: envelope in door.acknowledged)
    assert stands(vigia, known) == (AlertState.ACKNOWLEDGED, "ana")


def test_without_an_app_token_nothing_is_opened(tmp_path: Path) -> None:
    with hearing_slack(Vigia(Settings(home=tmp_path))):
        pass


def test_vigia_serve_hears_slack_when_the_app_token_is_set(
    vigia: Vigia, slack: SlackApi, door: SlackSocketHost
) -> None:
    known, post = opened(vigia, slack)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    env = {
        **os.environ,
        "VIGIA_HOME": str(vigia.settings.root),
        "VIGIA_SLACK_APP_TOKEN": APP_TOKEN,
        "VIGIA_SLACK_TOKEN": TOKEN,
        "VIGIA_SLACK_API_URL": f"{slack.url}api/",
        "VIGIA_WEB_PORT": str(port),
    }
    _ = vigia.cipher.signing_key("")
    command = [sys.executable, "-m", "vigia_detect.cli.main", "serve"]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: door.connections, 60)
            envelope = door.send(slack.pressed(post, ACTION, user="U01"))
            until(lambda: envelope in door.acknowledged)
            assert stands(vigia, known) == (AlertState.ACKNOWLEDGED, "ana")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) in {0, -signal.SIGTERM}
            assert process.stderr is not None
            log = process.stderr.read()
            assert "slack_socket_open" in log
            assert APP_TOKEN not in log
        finally:
            process.kill()
