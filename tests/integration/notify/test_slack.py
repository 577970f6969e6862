"""Slack against a server that enforces its token, its blocks and its limits."""

import json
import time
from collections.abc import Iterator

import pytest
from http_host import Told
from messages import a_message, a_recipient
from slack_api import TOKEN, SlackApi, slack_api

from vigia_detect.adapters.notify.network import trust
from vigia_detect.adapters.notify.slack import SlackChannel
from vigia_detect.domain.notification import Channel
from vigia_detect.errors import ChannelPermanentError, ChannelTemporaryError

ROOM = a_recipient(Channel.SLACK, "#emergencias")


@pytest.fixture
def slack() -> Iterator[SlackApi]:
    with slack_api() as made:
        yield made


def channel(slack: SlackApi, token: str = TOKEN, timeout_s: float = 10) -> SlackChannel:
    return SlackChannel(
        token=token, api_url=f"{slack.url}api/", tls=trust(None), timeout_s=timeout_s
    )


def failing(error: str, status: int = 200, **headers: str) -> Told:
    return Told(status, json.dumps({"ok": False, "error": error}).encode(), headers)


@pytest.mark.parametrize(
    ("lang", "labels"),
    [
        ("es", ["Voy", "En curso", "No es mío"]),
        ("en", ["On my way", "In progress", "Not mine"]),
    ],
)
def test_a_post_has_its_texts_its_buttons_and_its_name(
    slack: SlackApi, lang: str, labels: list[str]
) -> None:
    message = a_message(lang=lang)
    receipt = channel(slack).send(message, ROOM)
    (post,) = slack.posts
    assert receipt.provider_id == f"C01/{post['ts']}"
    assert not receipt.delivered
    assert post["metadata"]["event_payload"] == {
        "notification_id": message.notification_id,
        "alert_id": message.alert_id,
    }
    header, section, actions = post["blocks"]
    assert header["text"]["text"] == post["text"] == message.title
    assert section["text"]["text"] == message.body
    assert [button["text"]["text"] for button in actions["elements"]] == labels
    assert {button["value"] for button in actions["elements"]} == {message.alert_id}


def test_an_update_takes_the_buttons_away(slack: SlackApi) -> None:
    message = a_message()
    receipt = channel(slack).send(message, ROOM)
    assert receipt.provider_id is not None
    channel(slack).update(message, ROOM, receipt.provider_id, "Tomada por Ana Soto")
    (post,) = slack.posts
    assert post["text"] == "Tomada por Ana Soto"
    assert [block["type"] for block in post["blocks"]] == ["header", "section", "section"]
    assert post["blocks"][2]["text"]["text"] == "Tomada por Ana Soto"


def test_one_message_a_second_and_channel_and_the_time_to_wait_is_told(slack: SlackApi) -> None:
    channel(slack).send(a_message(), ROOM)
    with pytest.raises(ChannelTemporaryError) as raised:
        channel(slack).send(a_message(), ROOM)
    assert raised.value.retry_after_s == 1
    channel(slack).send(a_message(), a_recipient(Channel.SLACK, "#equipo-medico"))
    time.sleep(1)
    channel(slack).send(a_message(), ROOM)
    assert [post["channel"] for post in slack.posts] == ["C01", "C02", "C01"]


def test_a_person_can_be_told_too(slack: SlackApi) -> None:
    receipt = channel(slack).send(a_message(), a_recipient(Channel.SLACK, "U01"))
    assert receipt.provider_id is not None
    assert receipt.provider_id.startswith("D01/")


def test_a_wrong_token_and_a_wrong_channel_are_permanent(slack: SlackApi) -> None:
    with pytest.raises(ChannelPermanentError, match="slack: invalid_auth"):
        channel(slack, "xoxb-wrong").send(a_message(), ROOM)
    with pytest.raises(ChannelPermanentError, match="slack: channel_not_found"):
        channel(slack).send(a_message(), a_recipient(Channel.SLACK, "#nadie"))
    with pytest.raises(ChannelPermanentError, match="slack: message_not_found"):
        channel(slack).update(a_message(), ROOM, "C01/1.2", "Tomada")


@pytest.mark.parametrize(
    "error", ["is_archived", "not_in_channel", "token_revoked", "account_inactive", "a new one"]
)
def test_what_an_operator_must_put_right_is_permanent(slack: SlackApi, error: str) -> None:
    slack.faults = [failing(error)]
    with pytest.raises(ChannelPermanentError):
        channel(slack).send(a_message(), ROOM)


@pytest.mark.parametrize(
    "told",
    [
        failing("ratelimited"),
        failing("internal_error"),
        failing("fatal_error"),
        failing("service_unavailable"),
        failing("internal_error", 500),
        Told(502, b"<html>bad gateway</html>"),
        Told(503),
        Told(silent_s=30),
    ],
)
def test_slack_in_trouble_is_temporary(slack: SlackApi, told: Told) -> None:
    slack.faults = [told]
    message = a_message()
    with pytest.raises(ChannelTemporaryError):
        channel(slack, timeout_s=0.5 if told.silent_s else 10).send(message, ROOM)
    assert slack.faults == []  # one try: pauses between tries are the core's
    channel(slack).send(message, ROOM)
    assert len(slack.posts) == 1


def test_an_answer_that_is_no_json_is_not_repeated(slack: SlackApi) -> None:
    slack.faults = [Told(200, b"a proxy says: hidden")]
    with pytest.raises(ChannelPermanentError) as raised:
        channel(slack).send(a_message(), ROOM)
    assert "hidden" not in str(raised.value)


def test_nobody_there_is_temporary() -> None:
    with slack_api() as slack:
        gone = channel(slack)
    with pytest.raises(ChannelTemporaryError, match="ConnectionRefusedError"):
        gone.send(a_message(), ROOM)


def test_long_texts_are_cut_to_what_slack_takes(slack: SlackApi) -> None:
    channel(slack).send(a_message(title="t" * 500, body="b" * 5000), ROOM)
    assert len(slack.posts) == 1


def test_the_one_who_pressed_is_told_alone(slack: SlackApi) -> None:
    channel(slack).tell(f"{slack.url}respond/1", "No está autorizado")
    (said,) = slack.whispers
    assert said["text"] == "No está autorizado"
    assert said["response_type"] == "ephemeral"
    assert said["replace_original"] is False


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "http://hooks.slack.com/x", "file:///x", "localhost"]
)
def test_nothing_is_told_to_anybody_but_slack(slack: SlackApi, url: str) -> None:
    with pytest.raises(ChannelPermanentError, match="response URL"):
        channel(slack).tell(url, "hola")


def test_a_reply_that_slack_does_not_take(slack: SlackApi) -> None:
    slack.faults = [Told(500), Told(404)]
    with pytest.raises(ChannelTemporaryError):
        channel(slack).tell(f"{slack.url}respond/1", "hola")
    with pytest.raises(ChannelPermanentError):
        channel(slack).tell(f"{slack.url}respond/1", "hola")
