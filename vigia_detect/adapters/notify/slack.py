"""Slack, by its Web API: https://docs.slack.dev/reference/methods/chat.postMessage."""

import http.client
import logging
import ssl
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from vigia_detect.adapters.notify.network import TOO_MANY, network_errors, status_error
from vigia_detect.adapters.notify.slack_blocks import answered, asking
from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.errors import ChannelError, ChannelPermanentError, ChannelTemporaryError
from vigia_detect.phrase import Phrase

NAME = "slack"
HOOKS = "hooks.slack.com"
# Errors of Slack's own side, as its method pages list them; all others are ours and stay.
PASSING = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
# The library logs what it sends and why it failed, in its own words; the errors say enough.
_SILENT = logging.getLogger("vigia.slack")
_SILENT.setLevel(logging.CRITICAL + 1)


class SlackChannel:
    """Posts messages with buttons, and edits them.

    Slack does not deduplicate posts. Each carries its notification id as metadata, so that a twin
    (sent again because the answer to the first was lost) can be told.

    Args:
        token: a bot token with the scope `chat:write`.
        api_url: base URL of the Web API, with a slash at its end.
        tls: which certificates are trusted.
        timeout_s: seconds that Slack may be silent.
    """

    def __init__(self, *, token: str, api_url: str, tls: ssl.SSLContext, timeout_s: float) -> None:
        self._api = urlsplit(api_url)
        self._tls = tls
        self._timeout_s = timeout_s
        self._client = WebClient(
            token=token,
            base_url=api_url,
            timeout=timeout_s,  # type: ignore[arg-type]  # urllib takes fractions
            ssl=tls,
            retry_handlers=[],  # trying again is the core's decision, with its own pauses
            logger=_SILENT,
        )

    def send(self, message: Message, to: Recipient) -> Receipt:
        """Post the message; see `ports.Channels`."""
        metadata = {
            "event_type": "vigia_notification",
            "event_payload": {
                "notification_id": message.notification_id,
                "alert_id": message.alert_id,
            },
        }
        answer = self._call(
            "chat.postMessage",
            {
                "channel": to.address,
                "text": message.title,
                "blocks": asking(message),
                "metadata": metadata,
                "unfurl_links": False,  # nobody but a person may open the link
                "unfurl_media": False,
            },
        )
        return Receipt(f"{answer['channel']}/{answer['ts']}", delivered=False)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:  # noqa: ARG002
        """Take the buttons off the message and say what became of it."""
        channel, _, ts = provider_id.partition("/")
        blocks = answered(message, text)
        self._call("chat.update", {"channel": channel, "ts": ts, "text": text, "blocks": blocks})

    def tell(self, response_url: str, text: str) -> None:
        """Say something to the one who pressed a button, unseen by others.

        Args:
            response_url: from the interaction that Slack has signed.
            text: one sentence.

        Raises:
            ChannelPermanentError: the URL is not Slack's, or Slack refuses.
            ChannelTemporaryError: Slack does not answer.
        """
        url = urlsplit(response_url)
        slack = url.scheme == "https" and url.hostname == HOOKS
        if not slack and (url.scheme, url.netloc) != (self._api.scheme, self._api.netloc):
            raise ChannelPermanentError("slack: the response URL is not Slack's")
        client = WebhookClient(
            response_url,
            timeout=self._timeout_s,  # type: ignore[arg-type]  # urllib takes fractions
            ssl=self._tls,
            retry_handlers=[],
            logger=_SILENT,
        )
        with network_errors(NAME):
            said = client.send(text=text, response_type="ephemeral", replace_original=False)
        if said.status_code != http.client.OK:
            raise status_error(NAME, said.status_code, said.headers.get("Retry-After"))

    def _call(self, method: str, body: dict[str, object]) -> SlackResponse:
        try:
            with network_errors(NAME):
                return self._client.api_call(method, json=body)
        except SlackApiError as error:
            raise _typed(error) from error
        except SlackClientError as error:
            raise ChannelPermanentError("slack: {kind}", kind=type(error).__name__) from error


def _typed(error: SlackApiError) -> ChannelError:
    answer: SlackResponse = error.response
    code = str(answer.data.get("error", "")) if isinstance(answer.data, dict) else ""
    status = answer.status_code
    if status == TOO_MANY or code in LIMITED:
        return status_error(NAME, TOO_MANY, answer.headers.get("Retry-After"))
    if status != http.client.OK:
        return status_error(NAME, status, answer.headers.get("Retry-After"))
    if code in PASSING:
        return ChannelTemporaryError("slack: {code}", code=code)
    # a word of Slack's list; anything else might repeat what we sent
    return ChannelPermanentError(
        "slack: {code}", code=code if code.isidentifier() else Phrase("unreadable answer")
    )
