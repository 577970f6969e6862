"""What network failures mean to a channel. Their texts repeat nothing that the other side said."""

import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from vigia_detect.adapters import tls
from vigia_detect.adapters.retry_after import seconds
from vigia_detect.errors import (
    ChannelAwayError,
    ChannelError,
    ChannelPermanentError,
    ChannelTemporaryError,
    ConfigurationError,
)
from vigia_detect.phrase import Phrase

TOO_MANY = 429
UNSAID_S = 1.0
"""How long a provider is left alone that says "too many" and no time; engineering choice."""
SERVER_ERROR = 500
# RFC 9110: the server gave up waiting for us, or (RFC 8470) asks us to come again
COME_AGAIN = frozenset({408, 425, TOO_MANY})


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context as `adapters.tls` makes it. Raises ChannelPermanentError."""
    try:
        return tls.trust(ca_file)
    except ConfigurationError as error:
        raise ChannelPermanentError(Phrase.of(error)) from error


@contextmanager
def network_errors(channel: str) -> Iterator[None]:
    """Turn what sockets, TLS and HTTP raise into the two channel errors."""
    try:
        yield
    except URLError as error:
        reason = error.reason if isinstance(error.reason, Exception) else error
        raise _typed(channel, reason) from error
    except (OSError, http.client.HTTPException) as error:
        raise _typed(channel, error) from error


def status_error(channel: str, status: int, retry_after: str | None) -> ChannelError:
    """Return what an HTTP status other than success means."""
    text = Phrase("{channel}: HTTP {status}", channel=channel, status=status)
    if status in COME_AGAIN or status >= SERVER_ERROR:
        asked_s = seconds(retry_after)
        if asked_s is None and status == TOO_MANY:
            asked_s = UNSAID_S
        return ChannelTemporaryError(text, retry_after_s=asked_s)
    return ChannelPermanentError(text)


def _typed(channel: str, error: Exception) -> ChannelError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return ChannelPermanentError(
            "{channel}: the server's certificate is not trusted; VIGIA_CA_FILE can name an "
            "authority of the hospital's own.",
            channel=channel,
        )
    slow = isinstance(error, TimeoutError)
    return ChannelAwayError(
        "{channel}: {kind}", channel=channel, kind=type(error).__name__, slow=slow
    )
