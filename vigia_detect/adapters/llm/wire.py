"""One HTTP exchange with the language model's server, in a time that nothing can stretch.

The standard library's client and not `requests`: this one can be cut off from another thread
whatever it is waiting for, and it knows no proxies, redirects, cookies or password files, so that
nothing can lead a picture to another host.
"""

import socket
import ssl
import threading
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from vigia_detect.adapters.retry_after import seconds
from vigia_detect.adapters.tls import trust
from vigia_detect.errors import (
    ConfigurationError,
    LanguageModelError,
    ModelAwayError,
    ModelInvalidError,
    ModelSlowError,
)

MAX_BYTES = 2_000_000
"""More than 32 768 tokens take in any language; engineering choice."""
SLOW = "The answer was not whole in time."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered; nobody has looked at it yet.

    Attributes:
        retry_after_s: how long it asks to be left alone, in seconds; None: it said nothing.
    """

    status: int
    body: bytes
    retry_after_s: float | None = None


class Wire:
    """The way to one server.

    Args:
        base_url: its address up to and including `/v1`.
        key: sent as a bearer token, if any.
        ca_file: PEM certificates trusted besides the system's, if any.

    Raises:
        ConfigurationError: address, key or file cannot be used.
    """

    def __init__(self, base_url: str, *, key: str | None = None, ca_file: Path | None) -> None:
        try:
            parts = urlsplit(base_url)
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError:
            raise ConfigurationError("VIGIA_LLM_BASE_URL is no address.") from None
        self._path = parts.path
        self._trust = trust(ca_file) if parts.scheme == "https" else None
        self._headers = _headers(key)

    def ask(self, path: str, body: bytes | None = None, *, within_s: float) -> Answer:
        """Send `body`, or only ask when it is None, and return what comes back.

        Raises:
            ModelAwayError: nobody answers, or not to the end.
            ModelSlowError: the answer was not whole in time, be it ever so near.
            ModelInvalidError: the answer is longer than any that we could use.
        """
        if within_s <= 0:
            raise ModelSlowError(SLOW)
        exchange = _Exchange(self._connection(within_s), self._path + path, body, self._headers)
        found = exchange.run(within_s)
        if isinstance(found, Answer):
            return found
        raise _typed(found)

    def _connection(self, timeout_s: float) -> HTTPConnection:
        if self._trust is None:
            return HTTPConnection(self._host, self._port, timeout=timeout_s)
        return HTTPSConnection(self._host, self._port, timeout=timeout_s, context=self._trust)


class _Exchange:
    """A request in a thread of its own: name service, handshake and headers may hang, too."""

    def __init__(
        self, connection: HTTPConnection, path: str, body: bytes | None, headers: dict[str, str]
    ) -> None:
        self._connection = connection
        self._asked = ("GET" if body is None else "POST", path, body, headers)
        self._found: SimpleQueue[Answer | Exception] = SimpleQueue()
        self._given_up = threading.Event()
        self._socket: socket.socket | None = None

    def run(self, within_s: float) -> Answer | Exception:
        """Return the answer or what came in between; afterwards the connection is cut."""
        threading.Thread(target=self._work, name="language-model", daemon=True).start()
        try:
            return self._found.get(timeout=within_s)
        except Empty:
            return TimeoutError()
        finally:
            self._cut()

    def _work(self) -> None:
        try:
            self._found.put(self._answer())
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits
            self._found.put(error)
        finally:
            self._connection.close()

    def _answer(self) -> Answer:
        self._connection.connect()
        self._socket = self._connection.sock
        if self._given_up.is_set():  # the picture of somebody who waits no more stays here
            raise TimeoutError
        self._connection.request(*self._asked)
        with self._connection.getresponse() as response:
            body = response.read(MAX_BYTES + 1)
            if len(body) > MAX_BYTES:
                raise ModelInvalidError("The answer has more than {most} bytes.", most=MAX_BYTES)
            if response.length:
                raise ModelAwayError("The server broke off its answer.")
            return Answer(response.status, body, seconds(response.getheader("Retry-After")))

    def _cut(self) -> None:
        """End whatever the thread is waiting for; the server sees it, and frees its slot."""
        self._given_up.set()
        if self._socket is not None:
            try:  # the plain socket's: TLS would first say goodbye to a server that hangs
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return  # it was closed already


def _typed(error: Exception) -> Exception:
    """Return the error for callers. It repeats nothing that the other side said."""
    if isinstance(error, LanguageModelError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return ModelAwayError(
            "The server's certificate is not trusted; VIGIA_CA_FILE can name an authority of the "
            "hospital's own."
        )
    if isinstance(error, TimeoutError):
        return ModelSlowError(SLOW)
    if isinstance(error, OSError | HTTPException):
        return ModelAwayError("The server does not answer: {kind}.", kind=type(error).__name__)
    return error


def _headers(key: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if not key:
        return {**headers, "Connection": "close"}
    if not (key.isascii() and key.isprintable()):
        raise ConfigurationError("VIGIA_LLM_API_KEY has characters that no header can carry.")
    return {**headers, "Connection": "close", "Authorization": f"Bearer {key}"}
