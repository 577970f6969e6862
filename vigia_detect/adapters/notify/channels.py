"""All channels behind one port: each message goes to its recipient's channel."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from vigia_detect.adapters.notify.console import Console
from vigia_detect.adapters.notify.inbox import Inbox
from vigia_detect.adapters.notify.network import trust
from vigia_detect.alert_ports import Channels
from vigia_detect.domain.notification import Channel, Message, Receipt, Recipient
from vigia_detect.errors import ChannelPermanentError
from vigia_detect.phrase import Phrase
from vigia_detect.settings import Settings

if TYPE_CHECKING:
    from vigia_detect.adapters.notify.slack import SlackChannel
    from vigia_detect.adapters.notify.slack_socket import Handle, SlackSocket


class Secret(Protocol):
    """A setting that does not show itself."""

    def get_secret_value(self) -> str:
        """Return what it hides."""


class ChannelRouter:
    """Hands each message to the channel of its recipient.

    A channel is made when it is first needed, so that a process which only mails does not load
    Slack's library, and again after its making failed.

    Args:
        makers: how each channel is made; one that is not set up raises ChannelPermanentError.
    """

    def __init__(self, makers: Mapping[Channel, Callable[[], Channels]]) -> None:
        self._makers = makers
        self._made: dict[Channel, Channels] = {}

    def send(self, message: Message, to: Recipient) -> Receipt:
        """Hand a message over; see `ports.Channels`."""
        return self._channel(to.channel).send(message, to)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:
        """Edit what was sent; see `ports.Channels`."""
        self._channel(to.channel).update(message, to, provider_id, text)

    def missing(self, wanted: Iterable[Channel]) -> tuple[str, ...]:
        """Return what is not set up of the channels that are wanted; empty when all of it is."""
        return tuple(text for name in sorted(wanted) for text in self._missing(name))

    def _missing(self, name: Channel) -> Iterator[Phrase]:
        try:
            self._channel(name)
        except ChannelPermanentError as error:
            yield error.phrase

    def _channel(self, name: Channel) -> Channels:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]


def make_channels(settings: Settings) -> ChannelRouter:
    """Return every channel, as the settings set it up."""
    return ChannelRouter(
        {
            Channel.CONSOLE: Console,
            Channel.INBOX: Inbox,
            Channel.SLACK: lambda: make_slack(settings),
            Channel.EMAIL: lambda: _email(settings),
            Channel.WEBHOOK: lambda: _webhook(settings),
            Channel.APPRISE: lambda: _apprise(settings),
        }
    )


def make_slack(settings: Settings) -> "SlackChannel":
    """Return Slack. Raises ChannelPermanentError when it is not set up."""
    from vigia_detect.adapters.notify.slack import SlackChannel  # noqa: PLC0415 - heavy

    return SlackChannel(
        token=_secret(Channel.SLACK, "VIGIA_SLACK_TOKEN", settings.slack_token),
        api_url=settings.slack_api_url,
        tls=trust(settings.ca_file),
        timeout_s=settings.channel_timeout_s,
    )


def make_slack_socket(settings: Settings, handle: "Handle") -> "SlackSocket":
    """Return Slack's Socket Mode. Raises ChannelPermanentError when it is not set up."""
    from vigia_detect.adapters.notify.slack_socket import SlackSocket  # noqa: PLC0415 - heavy

    return SlackSocket(
        app_token=_secret(Channel.SLACK, "VIGIA_SLACK_APP_TOKEN", settings.slack_app_token),
        api_url=settings.slack_api_url,
        tls=trust(settings.ca_file),
        timeout_s=settings.channel_timeout_s,
        handle=handle,
    )


def _email(settings: Settings) -> Channels:
    from vigia_detect.adapters.notify.mail import EmailChannel, MailServer  # noqa: PLC0415 - heavy

    server = MailServer(
        host=_given(Channel.EMAIL, "VIGIA_SMTP_HOST", settings.smtp_host),
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        context=trust(settings.ca_file),
        timeout_s=settings.channel_timeout_s,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
    )
    return EmailChannel(server, sender=_given(Channel.EMAIL, "VIGIA_SMTP_FROM", settings.smtp_from))


def _webhook(settings: Settings) -> Channels:
    from vigia_detect.adapters.notify.webhook import WebhookChannel  # noqa: PLC0415 - heavy

    return WebhookChannel(
        secret=_secret(Channel.WEBHOOK, "VIGIA_WEBHOOK_SECRET", settings.webhook_secret),
        tls=trust(settings.ca_file),
        timeout_s=settings.channel_timeout_s,
    )


def _apprise(settings: Settings) -> Channels:
    from vigia_detect.adapters.notify.apprise import AppriseChannel  # noqa: PLC0415 - heavy

    return AppriseChannel(timeout_s=settings.channel_timeout_s)


def _secret(channel: Channel, variable: str, secret: Secret | None) -> str:
    return _given(channel, variable, secret.get_secret_value() if secret is not None else "")


def _given(channel: Channel, variable: str, value: str) -> str:
    if not value:
        raise ChannelPermanentError(
            "{channel}: not set up, {variable} is empty", channel=channel, variable=variable
        )
    return value
