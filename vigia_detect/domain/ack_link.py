"""Signed links with which one person can answer one alert, once, for a while.

A token is `payload.signature`, both base64url without padding. The payload is a JSON list; the
signature is HMAC-SHA256 (RFC 2104) over the payload as it is written in the token, under a key that
is derived from the master key for this purpose alone.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from vigia_detect.domain.button import Button
from vigia_detect.domain.ids import AlertId
from vigia_detect.errors import ForgedLinkError

KEY_PURPOSE = "acknowledgement link v1"
VERSION = 1
NONCE_BYTES = 16
TOKEN_LENGTH = 1024  # a token of ours is under 400 letters


@dataclass(frozen=True, slots=True)
class AckLink:
    """What a link allows.

    Attributes:
        person: who was sent it; the answer counts as theirs.
        buttons: what may be answered.
        expires_at: Unix seconds.
        nonce: names this link, so that it can be used up.
    """

    alert_id: AlertId
    person: str
    buttons: frozenset[Button]
    expires_at: int
    nonce: str

    def over(self, now: float) -> bool:
        """Tell whether its time is over at `now`, in Unix seconds."""
        return now >= self.expires_at


def new_link(
    alert_id: AlertId, person: str, *, expires_at: float, buttons: Iterable[Button] = tuple(Button)
) -> AckLink:
    """Return a link with a nonce of its own."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    return AckLink(alert_id, person, frozenset(buttons), int(expires_at), nonce)


def sign(link: AckLink, key: bytes) -> str:
    """Return the token of a link."""
    fields = [
        VERSION, link.alert_id, link.person, sorted(link.buttons), link.expires_at, link.nonce
    ]  # fmt: skip
    payload = _text(json.dumps(fields, separators=(",", ":")).encode())
    return f"{payload}.{_signature(payload, key)}"


def read(token: str, key: bytes) -> AckLink:
    """Return what a token allows; whether its time is over or it was used is not known here.

    Raises:
        ForgedLinkError: it is not ours, or was changed.
    """
    payload, _, signature = token[:TOKEN_LENGTH].partition(".")
    if not hmac.compare_digest(
        signature.encode(errors="replace"), _signature(payload, key).encode()
    ):
        raise ForgedLinkError("This link was not made by Vigia, or was changed.")
    _, alert_id, person, buttons, expires_at, nonce = json.loads(_bytes(payload))
    return AckLink(AlertId(alert_id), person, frozenset(map(Button, buttons)), expires_at, nonce)


def _signature(payload: str, key: bytes) -> str:
    return _text(hmac.digest(key, payload.encode(errors="replace"), "sha256"))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
