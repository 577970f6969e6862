"""Slack's side of Socket Mode: RFC 6455 as a server, hello, envelopes, acknowledgements."""

import base64
import contextlib
import hashlib
import json
import socket
import socketserver
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


@dataclass
class SlackSocketHost:
    """What was acknowledged, and the connection by which envelopes go out."""

    url: str = ""
    acknowledged: list[str] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)

    def send(self, payload: dict[str, Any], kind: str = "interactive") -> str:
        """Send an envelope; return its id."""
        envelope_id = str(uuid.uuid4())
        envelope = {"type": kind, "envelope_id": envelope_id, "payload": payload}
        self.say({**envelope, "accepts_response_payload": False})
        return envelope_id

    def say(self, message: dict[str, Any]) -> None:
        """Send any message by the newest connection."""
        self.connections[-1].sendall(frame(TEXT, json.dumps(message).encode()))

    def drop(self) -> None:
        """Break the newest connection without a word."""
        self.connections[-1].shutdown(socket.SHUT_RDWR)

    def serve(self, connection: socket.socket) -> None:
        """Talk to one client until it leaves."""
        read = connection.makefile("rb")
        headers = dict(line.split(": ", 1) for line in _head(read.readline)[1:])
        proof = hashlib.sha1(headers["Sec-WebSocket-Key"].encode() + GUID)  # noqa: S324 - the RFC's
        accept = base64.b64encode(proof.digest()).decode()
        connection.sendall(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        self.connections.append(connection)
        self.say({"type": "hello", "num_connections": 1})
        for opcode, payload in frames(read.read):
            if opcode == PING:
                connection.sendall(frame(PONG, payload))
            elif opcode == CLOSE:
                return
            elif opcode == TEXT:
                self.acknowledged.append(json.loads(payload)["envelope_id"])


def frame(opcode: int, payload: bytes) -> bytes:
    """Return one unmasked frame, as servers send them (section 5.2)."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + payload


def frames(read: Callable[[int], bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (opcode, payload) of the masked frames that a client sends."""
    while len(head := read(2)) == 2:
        size = head[1] & 0x7F
        if size == 126:
            size = int.from_bytes(read(2), "big")
        assert head[1] & 0x80, "a client masks its frames"
        mask, body = read(4), read(size)
        yield head[0] & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(body))


def _head(readline: Callable[[], bytes]) -> list[str]:
    lines = []
    while line := readline().decode().strip():
        lines.append(line)
    return lines


@contextlib.contextmanager
def slack_socket() -> Iterator[SlackSocketHost]:
    """Serve on loopback until the block ends."""
    host = SlackSocketHost()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                host.serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = False

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        host.url = f"ws://127.0.0.1:{server.server_address[1]}/link/?ticket=t"
        try:
            yield host
        finally:
            for connection in host.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            server.shutdown()
            thread.join()


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
