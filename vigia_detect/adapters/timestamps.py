"""Asks a time stamping authority by HTTP (RFC 3161 section 3.4)."""

import time
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from vigia_detect.adapters.notify.network import trust
from vigia_detect.errors import ConfigurationError, UnavailableError
from vigia_detect.phrase import Phrase
from vigia_detect.trail.files import read_authority
from vigia_detect.trail.note import BadNoteError
from vigia_detect.trail.stamps import LARGEST, Authority, BadStampError

TIMEOUT_S = 10.0
PIECE = 4_096
AWAY = "The time stamping authority does not answer as it should."


class HttpAuthority:
    """One authority; see `audit_ports.StampSource`.

    Args:
        url: where it is asked.
        authority: whose tokens count. An answer that it would not accept is not kept.
        ca_file: an authority for the TLS of the way there, trusted besides the system's.
    """

    def __init__(self, url: str, authority: Authority, *, ca_file: Path | None = None) -> None:
        self._url = url
        self._authority = authority
        self._opener = build_opener(ProxyHandler(), HTTPSHandler(context=trust(ca_file)))

    def stamp(self, note: str) -> bytes:
        """Return a token over a note, checked. Raises UnavailableError."""
        builder = TimestampRequestBuilder().data(note.encode())
        request = builder.hash_algorithm(HashAlgorithm.SHA256).build()
        token = self._ask(request.as_bytes())
        try:
            self._authority.time_of(token, note, nonce=request.nonce)
        except BadStampError as error:
            raise UnavailableError(
                "{away} {why}", away=Phrase(AWAY), why=Phrase.of(error)
            ) from None
        return token

    def _ask(self, query: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "User-Agent": "vigia"}
        request = Request(self._url, query, headers)  # noqa: S310 - settings allow http(s) only
        until = time.monotonic() + TIMEOUT_S
        answer = b""
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                while piece := response.read1(PIECE):
                    answer += piece
                    if len(answer) > LARGEST or time.monotonic() > until:
                        raise UnavailableError(AWAY)
        except (OSError, ValueError, HTTPException) as error:
            if isinstance(error, HTTPError):
                error.close()
            raise UnavailableError(AWAY) from None  # its text may quote the address
        return answer


def make_authority(url: str, pem: Path | None, *, ca_file: Path | None) -> HttpAuthority:
    """Return the authority of the settings.

    Raises:
        ConfigurationError: its certificates are missing or cannot be read.
    """
    try:
        authority = read_authority(pem)
    except (OSError, BadNoteError) as error:
        raise ConfigurationError(
            "VIGIA_TIMESTAMP_CA cannot be used: {why}", why=Phrase.of(error)
        ) from None
    if authority is None:
        raise ConfigurationError(
            "VIGIA_TIMESTAMP_URL is set, VIGIA_TIMESTAMP_CA is not: name the PEM file with the "
            "root certificates of the time stamping authority."
        )
    return HttpAuthority(url, authority, ca_file=ca_file)
