"""What holds for every request: small bodies in, careful headers out."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 65_536
TOO_LARGE = 413


class Guard:
    """Reads the whole body before anybody works on it, and refuses one that is too large.

    Args:
        app: who works on the request.
        headers: put on every answer.
    """

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        body = await _read(receive)
        if body is None:
            await careful({"type": "http.response.start", "status": TOO_LARGE, "headers": []})
            await careful({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, _replay(body, receive), careful)


async def _read(receive: Receive) -> bytes | None:
    """Return the body, or None when it is too large (the rest is left unread)."""
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body once and then what comes after it."""
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return whole.pop() if whole else await receive()

    return again
