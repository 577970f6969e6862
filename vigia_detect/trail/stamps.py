"""Time stamps of somebody else (RFC 3161): a checkpoint was there at a time not of our clock.

A stamp's token is over the bytes of the checkpoint's note; `openssl ts -verify` reads it too. Only
who checks tokens needs the library `rfc3161-client`; all else in this folder goes without.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from vigia_detect.trail import lines
from vigia_detect.trail.note import Checkpoint
from vigia_detect.trail.told import ToldError

LARGEST = 65_536
"""Bytes of a token; those of authorities with long chains have some 8,000."""


class BadStampError(ToldError):
    """A token is not what it should be: not over this, or of nobody who is trusted."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """What an authority attests: a checkpoint over `size` entries was there at this time.

    Attributes:
        time: by the authority's clock, in Unix seconds.
    """

    size: int
    time: int


class Authority:
    """Whose tokens count.

    Args:
        pem: certificates of the authority's roots.

    Raises:
        BadStampError: these are no certificates.
    """

    def __init__(self, pem: bytes) -> None:
        from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415

        try:
            self._roots = load_pem_x509_certificates(pem)
        except ValueError:
            raise BadStampError("not PEM certificates") from None

    def time_of(self, token: bytes, note: str, *, nonce: int | None = None) -> int:
        """Return the time that a token attests for a note, in Unix seconds.

        Args:
            token: an answer of the authority (TimeStampResp, DER).
            note: what it must be about.
            nonce: of the request, when this is its answer.

        Raises:
            BadStampError: it is about something else, or of another authority.
        """
        from rfc3161_client import (  # noqa: PLC0415 - only who checks tokens needs it
            VerifierBuilder,
            decode_timestamp_response,
        )

        try:
            answer = decode_timestamp_response(token)
            verifier = VerifierBuilder(roots=list(self._roots), nonce=nonce).build()
            verifier.verify_message(answer, note.encode())
            return int(answer.tst_info.gen_time.timestamp())
        except Exception as error:  # noqa: BLE001 - whatever breaks a reader of forged bytes
            kind = type(error).__name__
            raise BadStampError("not a good time stamp ({kind})", kind=kind) from None


class Stamps:
    """Takes the stamps of an export; each stands after its checkpoint.

    Args:
        authority: whose tokens count; None: none is checked, only counted.
    """

    def __init__(self, authority: Authority | None = None) -> None:
        self.seen = 0
        self.last: Stamped | None = None
        self._authority = authority

    def take(self, line: bytes, checkpoint: Checkpoint | None, note: str) -> None:
        """Take the line of a stamp; `checkpoint` and `note` stand before it. BadStampError."""
        size, token = _parsed(line)
        if checkpoint is None or checkpoint.size != size:
            raise BadStampError("not at its place")
        self.seen += 1
        if self._authority is not None:
            self.last = Stamped(size, self._authority.time_of(token, note))


def _parsed(line: bytes) -> tuple[int, bytes]:
    try:
        document = json.loads(line)
        size, token = document["size"], base64.b64decode(document["timestamp"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise BadStampError("not a time stamp") from None
    if type(size) is not int or line != lines.stamp(size, token):
        raise BadStampError("not as it is to be written")
    return size, token
