"""Every channel behind the one port, set up by settings alone."""

import base64
import io
import json

import pytest
from http_host import Asked, Told, http_host
from mail_host import mail_host
from messages import a_message, a_recipient
from slack_api import TOKEN, slack_api

from vigia_detect.adapters.notify.channels import make_channels
from vigia_detect.adapters.notify.console import Console
from vigia_detect.domain.notification import Channel
from vigia_detect.errors import ChannelPermanentError, ChannelTemporaryError
from vigia_detect.settings import Settings

# Apprise loads all its plugins at once, and one of them an old module of the standard library.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.mark.parametrize(
    ("channel", "variable"),
    [
        (Channel.SLACK, "VIGIA_SLACK_TOKEN"),
        (Channel.EMAIL, "VIGIA_SMTP_HOST"),
        (Channel.WEBHOOK, "VIGIA_WEBHOOK_SECRET"),
    ],
)
def test_a_channel_that_is_not_set_up_says_which_setting_is_missing(
    channel: Channel, variable: str
) -> None:
    channels = make_channels(Settings())
    for call in (
        lambda to: channels.send(a_message(), to),
        lambda to: channels.update(a_message(), to, "1", "text"),
    ):
        with pytest.raises(ChannelPermanentError, match=f"^{channel}: .*{variable}"):
            call(a_recipient(channel, "anybody"))


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_has_an_adapter(channel: Channel) -> None:
    router = make_channels(Settings())
    assert set(router._makers) == set(Channel)
    if channel in {Channel.CONSOLE, Channel.INBOX}:
        router.send(a_message(), a_recipient(channel, "nowhere"))
    else:
        with pytest.raises(ChannelPermanentError, match=f"^{channel}: "):
            router.send(a_message(), a_recipient(channel, "nowhere"))


def test_slack_by_settings() -> None:
    with slack_api() as slack:
        settings = Settings(slack_token=TOKEN, slack_api_url=f"{slack.url}api/")
        to = a_recipient(Channel.SLACK, "#emergencias")
        make_channels(settings).send(a_message(), to)
    assert len(slack.posts) == 1


def test_email_by_settings() -> None:
    with mail_host() as host:
        settings = Settings(
            smtp_host="localhost", smtp_port=host.port, smtp_tls="none", smtp_from="v@h.example"
        )
        to = a_recipient(Channel.EMAIL, "a@h.example")
        make_channels(settings).send(a_message(), to)
    assert len(host.mails) == 1


def test_email_without_sender_says_so() -> None:
    channels = make_channels(Settings(smtp_host="localhost"))
    with pytest.raises(ChannelPermanentError, match="VIGIA_SMTP_FROM"):
        channels.send(a_message(), a_recipient(Channel.EMAIL, "a@h.example"))


def test_a_webhook_by_settings() -> None:
    asked: list[Asked] = []

    def take(one: Asked) -> Told:
        asked.append(one)
        return Told()

    secret = "whsec_" + base64.b64encode(b"secret").decode()
    with http_host(take) as url:
        channels = make_channels(Settings(webhook_secret=secret))
        channels.send(a_message(), a_recipient(Channel.WEBHOOK, url))
    assert asked[0].headers["webhook-signature"].startswith("v1,")


def test_apprise_reaches_a_service_by_its_url_and_names_the_notification() -> None:
    asked: list[Asked] = []

    def take(one: Asked) -> Told:
        asked.append(one)
        return Told()

    message = a_message()
    with http_host(take) as url:
        to = a_recipient(Channel.APPRISE, url.replace("http", "json"))
        make_channels(Settings()).send(message, to)
        make_channels(Settings()).update(message, to, "", "Tomada por Ana Soto")
    first, second = (json.loads(one.body) for one in asked)
    assert first["title"] == message.title
    assert first["type"] == "failure"
    assert message.notification_id in first["message"]
    assert message.link is not None
    assert message.link in first["message"]
    assert second["message"] == "Tomada por Ana Soto"


def test_apprise_says_when_a_service_refuses_or_is_silent() -> None:
    faults = [Told(500), Told(silent_s=30)]
    settings = Settings(channel_timeout_s=0.5)
    with http_host(lambda _: faults.pop(0)) as url:
        to = a_recipient(Channel.APPRISE, url.replace("http", "json"))
        for _ in range(2):
            with pytest.raises(ChannelTemporaryError):
                make_channels(settings).send(a_message(), to)


def test_an_address_that_apprise_does_not_know_is_permanent() -> None:
    to = a_recipient(Channel.APPRISE, "nonsense://x")
    with pytest.raises(ChannelPermanentError, match="Apprise"):
        make_channels(Settings()).send(a_message(), to)


def test_the_console_prints_what_happened_and_what_became_of_it() -> None:
    stream = io.StringIO()
    message, to = a_message(), a_recipient(Channel.CONSOLE, "")
    Console(stream).send(message, to)
    Console(stream).update(message, to, "", "Tomada por Luis Rey")
    shown = stream.getvalue()
    assert message.title in shown
    assert message.link is not None
    assert message.link in shown
    assert "Tomada por Luis Rey" in shown


def test_a_console_that_nobody_can_read_is_no_success() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(ChannelPermanentError, match="console"):
        Console(stream).send(a_message(), a_recipient(Channel.CONSOLE, ""))


def test_the_inbox_logs_ids_and_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    message, to = a_message(title="a title", body="a body"), a_recipient(Channel.INBOX, "")
    receipt = make_channels(Settings()).send(message, to)
    make_channels(Settings()).update(message, to, "", "text")
    line = json.loads(capsys.readouterr().err)
    assert line["alert_id"] == message.alert_id
    assert "a body" not in json.dumps(line)
    assert not receipt.delivered
