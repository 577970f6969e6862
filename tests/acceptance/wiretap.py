"""Hears every command that the broker gets, and reads everything that it holds."""

import contextlib
import threading
from types import TracebackType
from typing import Any, Self

import redis

from vigia_detect.embedded import EmbeddedBroker

DUMPS = {
    b"string": lambda client, key: client.get(key),
    b"list": lambda client, key: client.lrange(key, 0, -1),
    b"set": lambda client, key: client.smembers(key),
    b"zset": lambda client, key: client.zrange(key, 0, -1, withscores=True),
    b"hash": lambda client, key: client.hgetall(key),
    b"none": lambda _client, _key: None,  # it has gone since it was seen
}


class Wiretap:
    """Listens from its start to its end."""

    def __init__(self, broker: EmbeddedBroker) -> None:
        self._broker = broker
        self._client = broker.client(timeout_s=60)
        self._monitor: Any = self._client.monitor()
        self._thread = threading.Thread(target=self._listen, name="wiretap")
        self.commands: list[bytes] = []
        self.held: set[bytes] = set()
        self.keys: set[bytes] = set()

    def __enter__(self) -> Self:
        self._monitor.__enter__()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.closing(self._broker.client()) as client:
            client.echo("the end of the tap")
        self._thread.join(30)
        self._client.close()

    def read_all(self) -> None:
        """Add every key and value that the broker holds now."""
        with contextlib.closing(self._broker.client()) as client:
            for key in client.scan_iter(count=1000):
                with contextlib.suppress(redis.ResponseError):  # changed its type since
                    self.keys.add(key)
                    self.held |= {key, *_leaves(DUMPS[client.type(key)](client, key))}

    def _listen(self) -> None:
        # The command as the broker escapes it, and unescaped: JSON in it is full of quotes.
        for command in self._monitor.listen():
            text = str(command["command"])
            raw = text.encode("utf-8", "surrogateescape")
            self.commands += [raw, raw.replace(b'\\"', b'"').replace(b"\\\\", b"\\")]
            if "the end of the tap" in text:
                return


def _leaves(value: Any) -> set[bytes]:
    """Return all that is in a reply, whatever its shape."""
    if isinstance(value, dict):
        return _leaves([*value, *value.values()])
    if isinstance(value, list | tuple | set):
        return set().union(*map(_leaves, value))
    return {value if isinstance(value, bytes) else str(value).encode()}
