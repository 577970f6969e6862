"""Signed JSON to a URL of the hospital's, as https://www.standardwebhooks.com describes."""

import ssl
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import orjson
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from vigia_detect.adapters.notify.network import network_errors, status_error
from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.errors import ChannelPermanentError

NAME = "webhook"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed alert goes where the policy says, not where the other side sends it."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Return no request: the redirection itself is the answer, an HTTP error."""


class WebhookChannel:
    """Posts each notification as one signed event; `webhook-id` is the notification's id.

    Args:
        secret: `whsec_` and base64, shared with the receiver.
        tls: which certificates are trusted.
        timeout_s: seconds that the receiver may be silent.

    Raises:
        ChannelPermanentError: the secret is not base64.
    """

    def __init__(self, *, secret: str, tls: ssl.SSLContext, timeout_s: float) -> None:
        try:
            self._signer = Webhook(secret)
        except (ValueError, EmptyWebhookSecretError) as error:
            raise ChannelPermanentError(
                "VIGIA_WEBHOOK_SECRET must be `whsec_` and base64."
            ) from error
        self._timeout_s = timeout_s
        self._opener = urllib.request.build_opener(
            _NoRedirect, urllib.request.HTTPSHandler(context=tls)
        )

    def send(self, message: Message, to: Recipient) -> Receipt:
        """Post the event `alert.<kind>`; see `ports.Channels`."""
        self._post(to, message.notification_id, f"alert.{message.kind}", event(message, to))
        return Receipt(message.notification_id, delivered=False)

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:
        """Post the event `alert.updated`: what was posted cannot be edited."""
        identity = str(uuid.uuid5(uuid.UUID(provider_id), text))  # said twice, it is the same event
        self._post(to, identity, "alert.updated", {**event(message, to), "text": text})

    def _post(self, to: Recipient, identity: str, kind: str, data: dict[str, object]) -> None:
        if urlsplit(to.address).scheme not in {"https", "http"}:
            raise ChannelPermanentError("webhook: the address must be an http or https URL")
        at = datetime.now(UTC)
        body = orjson.dumps({"type": kind, "timestamp": at.isoformat(), "data": data})
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            to.address,
            body,
            {
                "Content-Type": "application/json",
                "Idempotency-Key": identity,
                "webhook-id": identity,
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": self._signer.sign(identity, at, body.decode()),
            },
        )
        with network_errors(NAME):
            self._open(request)

    def _open(self, request: urllib.request.Request) -> None:
        try:
            self._opener.open(request, timeout=self._timeout_s).close()
        except HTTPError as error:
            with error:
                raise status_error(NAME, error.code, error.headers.get("Retry-After")) from None


def event(message: Message, to: Recipient) -> dict[str, object]:
    """Return the event's data: ids, levels and texts without patient data."""
    return {
        "notification_id": message.notification_id,
        "alert_id": message.alert_id,
        "case_id": message.case_id,
        "kind": message.kind,
        "severity": message.severity,
        "ward": message.ward,
        "step": message.step,
        "drill": message.drill,
        "role": to.role,
        "title": message.title,
        "body": message.body,
        "link": message.link,
        "bundle": list(message.bundle),
    }
