"""A real HTTP server on loopback, in a thread, whose answers a test decides."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has arrived. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Told:
    """What the server answers; nothing at all when `silent_s` is longer than the client waits.

    Its body comes a byte at a time when `each_s` is not 0: so many seconds between them.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    silent_s: float = 0
    each_s: float = 0


@contextlib.contextmanager
def http_host(
    answer: Callable[[Asked], Told], *, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serve until the block ends; yield the base URL, which ends with a slash."""
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told = answer(Asked(self.path, headers, body, self.command))
            if closing.wait(told.silent_s):
                return
            self.send_response(told.status)
            for name, value in {"content-length": len(told.body), **told.headers}.items():
                self.send_header(name, str(value))
            with contextlib.suppress(OSError):  # the client has waited long enough
                self.end_headers()
                if not told.each_s:
                    self.wfile.write(told.body)
                    return
                for byte in told.body:
                    self.wfile.write(bytes([byte]))
                    if closing.wait(told.each_s):
                        return

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    scheme = "http" if tls is None else "https"
    try:
        yield f"{scheme}://localhost:{server.server_address[1]}/"
    finally:
        closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def server_bind(self) -> None:
        """Bind without asking the name service who we are, as the base class does."""
        TCPServer.server_bind(self)

    def handle_error(self, *_: object) -> None:
        """A client that gives up, or distrusts our certificate, is no error of the server's."""
