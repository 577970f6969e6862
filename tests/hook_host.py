"""A receiver of signed webhooks, which verifies each and tells twins by their id."""

import base64
import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from http_host import Asked, Told, http_host
from standardwebhooks import Webhook, WebhookVerificationError

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()


class Receiver:
    """Verifies each delivery with the library's own receiver side, and keeps one per id."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: dict[str, Any] = {}
        self.times: Counter[str] = Counter()
        self.deliveries = 0
        self.next: list[Told] = []

    def answer(self, asked: Asked) -> Told:
        self.deliveries += 1
        if self.next:
            return self.next.pop(0)
        try:
            event = Webhook(SECRET).verify(asked.body, dict(asked.headers))
        except WebhookVerificationError:
            return Told(401)
        assert asked.headers["idempotency-key"] == asked.headers["webhook-id"]
        self.times[asked.headers["webhook-id"]] += 1
        self.taken.setdefault(asked.headers["webhook-id"], event)
        return Told(204)


@contextlib.contextmanager
def hook_host() -> Iterator[Receiver]:
    """Serve until the block ends."""
    made = Receiver()
    with http_host(made.answer) as made.url:
        yield made
