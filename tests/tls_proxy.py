"""TLS before a real server's unix socket, as stunnel or a load balancer ends it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

PIECE = 65_536


@contextlib.contextmanager
def tls_proxy(target: Path, tls: ssl.SSLContext) -> Iterator[int]:
    """Take TLS connections on 127.0.0.1 and pass them on to a unix socket; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, target, tls), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(listening: socket.socket, target: Path, tls: ssl.SSLContext) -> None:
    with contextlib.ExitStack() as stack:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return  # the test is over
            with contextlib.suppress(OSError):  # a client that distrusts us, or speaks no TLS
                shown = stack.enter_context(tls.wrap_socket(plain, server_side=True))
                inner = stack.enter_context(socket.socket(socket.AF_UNIX))
                inner.connect(str(target))
                for one, other in ((shown, inner), (inner, shown)):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(PIECE):
            sink.sendall(data)
    for one in (source, sink):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
