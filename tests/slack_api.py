"""A server shaped like Slack's Web API, which enforces what Slack enforces.

Token, known channels, the form of blocks, one message a second and channel; it keeps messages for
`chat.update`, takes what is said to a `response_url`, and signs the buttons that people press.
"""

import contextlib
import hashlib
import hmac
import itertools
import json
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from http_host import Asked, Told, http_host

TOKEN = "xoxb-test"
APP_TOKEN = "xapp-test"
SIGNING_SECRET = "signing-secret-of-tests"
CHANNELS = {"#emergencias": "C01", "#equipo-medico": "C02", "U01": "D01"}
LIMITS = {"header": 150, "section": 3000, "button": 75}


@dataclass
class SlackApi:
    """What the server has seen and what it does next."""

    url: str = ""
    posts: list[dict[str, Any]] = field(default_factory=list)
    whispers: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Told] = field(default_factory=list)
    every_s: float = 1.0
    socket_url: str = ""
    sockets_opened: int = 0
    _last: dict[str, float] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def answer(self, asked: Asked) -> Told:
        if self.faults:
            return self.faults.pop(0)
        if asked.path.startswith("/respond/"):
            self.whispers.append(json.loads(asked.body))
            return Told(body=b"ok")
        if asked.path == "/api/apps.connections.open":
            return self._open_socket(asked)
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _refuse("invalid_auth")
        methods = {"/api/chat.postMessage": self._post, "/api/chat.update": self._update}
        return methods[asked.path](json.loads(asked.body))

    def _open_socket(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Bearer {APP_TOKEN}":
            return _refuse("invalid_auth")
        self.sockets_opened += 1
        return _accept({"url": self.socket_url})

    def _post(self, body: dict[str, Any]) -> Told:
        channel = CHANNELS.get(body["channel"])
        if channel is None:
            return _refuse("channel_not_found")
        if not valid(body["blocks"]):
            return _refuse("invalid_blocks")
        wait = self._last.get(channel, -self.every_s) + self.every_s - time.monotonic()
        if wait > 0:
            limited = json.dumps({"ok": False, "error": "ratelimited"}).encode()
            return Told(429, limited, {"Retry-After": str(max(1, round(wait)))})
        self._last[channel] = time.monotonic()
        post = {**body, "channel": channel, "ts": f"{int(time.time())}.{next(self._numbers):06}"}
        self.posts.append(post)
        return _accept({"channel": channel, "ts": post["ts"]})

    def _update(self, body: dict[str, Any]) -> Told:
        found = [p for p in self.posts if (p["channel"], p["ts"]) == (body["channel"], body["ts"])]
        if not found:
            return _refuse("message_not_found")
        if not valid(body["blocks"]):
            return _refuse("invalid_blocks")
        found[0].update(text=body["text"], blocks=body["blocks"])
        return _accept({"channel": body["channel"], "ts": body["ts"]})

    def press(
        self, post: dict[str, Any], action: str, *, user: str
    ) -> tuple[bytes, dict[str, str]]:
        """Return the signed request that Slack sends when `user` presses a button of a post."""
        payload = self.pressed(post, action, user=user)
        body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
        return body, signed(body, int(time.time()))

    def pressed(self, post: dict[str, Any], action: str, *, user: str) -> dict[str, Any]:
        """Return what Slack says when `user` presses a button of a post."""
        buttons = [b for block in post["blocks"] for b in block.get("elements", ())]
        button = next(b for b in buttons if b["action_id"] == action)
        return {
            "type": "block_actions",
            "user": {"id": user},
            "channel": {"id": post["channel"]},
            "message": {"ts": post["ts"]},
            "response_url": f"{self.url}respond/{post['ts']}",
            "actions": [{"action_id": action, "value": button["value"], "type": "button"}],
        }


def signed(body: bytes, at: int, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """Return Slack's headers (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    digest = hmac.digest(secret.encode(), b"v0:%d:%s" % (at, body), hashlib.sha256)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(at),
        "X-Slack-Signature": f"v0={digest.hex()}",
    }


def valid(blocks: list[dict[str, Any]]) -> bool:
    """Tell whether blocks keep the rules of Slack's reference that we can break."""
    return 0 < len(blocks) <= 50 and all(map(_valid_block, blocks))


def _valid_block(block: dict[str, Any]) -> bool:
    if block["type"] == "actions":
        ids = [button["action_id"] for button in block["elements"]]
        return (
            0 < len(ids) <= 25
            and len(ids) == len(set(ids))
            and all(_valid_button(button) for button in block["elements"])
        )
    return set(block) == {"type", "text"} and _valid_text(block["text"], LIMITS[block["type"]])


def _valid_button(button: dict[str, Any]) -> bool:
    known = {"type", "action_id", "text", "value", "style"}
    return (
        set(button) <= known
        and button["type"] == "button"
        and 0 < len(button["action_id"]) <= 255
        and 0 < len(button["value"]) <= 2000
        and button.get("style", "primary") in {"primary", "danger"}
        and _valid_text(button["text"], LIMITS["button"])
    )


def _valid_text(text: dict[str, Any], longest: int) -> bool:
    return (
        set(text) <= {"type", "text", "emoji"}
        and text["type"] == "plain_text"
        and 0 < len(text["text"]) <= longest
    )


def _accept(more: dict[str, Any]) -> Told:
    return Told(body=json.dumps({"ok": True, **more}).encode())


def _refuse(error: str) -> Told:
    return Told(body=json.dumps({"ok": False, "error": error}).encode())


@contextlib.contextmanager
def slack_api() -> Iterator[SlackApi]:
    """Serve until the block ends. The Web API is at `url` plus `api/`."""
    slack = SlackApi()
    with http_host(slack.answer) as url:
        slack.url = url
        yield slack
