"""Where the browser comes back on this machine (RFC 8252, section 7.3)."""

import html
import http.server
import time
from urllib.parse import parse_qs, urlsplit

from vigia_detect.errors import LoginRefusedError

PATH = "/callback"
HOST = "127.0.0.1"
WAIT_S = 300.0


class Loopback:
    """Waits for one browser to come back with the right state; any other is sent away.

    Args:
        port: to listen on; 0: any free one.
        page: what the person reads then.
    """

    def __init__(self, port: int, page: str) -> None:
        self._returned: str | None = None
        self._state = ""
        self._page = f"<!doctype html><meta charset=utf-8><p>{html.escape(page)}</p>".encode()
        self._server = http.server.HTTPServer((HOST, port), self._handler())

    @property
    def address(self) -> str:
        """Where the browser is to come back."""
        return f"http://{HOST}:{self._server.server_address[1]}{PATH}"

    def wait(self, state: str, *, seconds: float = WAIT_S) -> str:
        """Return the address with which the browser came. Raises LoginRefusedError if none."""
        self._state, until = state, time.monotonic() + seconds
        while self._returned is None:
            self._server.timeout = until - time.monotonic()
            if self._server.timeout <= 0:
                raise LoginRefusedError("Nobody came back from the browser in time.")
            self._server.handle_request()
        return self._returned

    def close(self) -> None:
        """Listen no more."""
        self._server.server_close()

    def _take(self, target: str) -> bool:
        parts = urlsplit(target)
        if parts.path != PATH or parse_qs(parts.query).get("state", [""])[0] != self._state:
            return False
        self._returned = f"{self.address}?{parts.query}"
        return True

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        take, page = self._take, self._page

        class Handler(http.server.BaseHTTPRequestHandler):
            timeout = 5  # a browser that only opens a connection in advance must not hold us

            def do_GET(self) -> None:
                right = take(self.path)
                self.send_response(200 if right else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Connection", "close")
                self.end_headers()
                if right:
                    self.wfile.write(page)

            def log_message(self, *_: object) -> None:
                """Say nothing: the address carries a code."""

        return Handler
