"""One encrypted record and the key that opens it and nothing else.

A record is: version byte 2, 96-bit nonce, then AES-256-GCM's text and 128-bit tag. Its key follows
from the patient's data key, the nonce and the record's label, so giving it away tells nothing of
the data key and opens no other record. That is what an evidence bundle does.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x02"
PURPOSE = b"vigia record v2:"
KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D section 8.2: 96 bits, random
TAG_BYTES = 16
HEAD = len(VERSION) + NONCE_BYTES


class BadRecordError(ValueError):
    """A record does not open: it, its key or its label was changed."""


def key_of(data_key: bytes, label: str, nonce: bytes) -> bytes:
    """Return the key of one record (HKDF, RFC 5869)."""
    info = PURPOSE + label.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=nonce, info=info).derive(data_key)


def nonce_of(sealed: bytes) -> bytes | None:
    """Return the nonce of a record; None when it has another form."""
    if len(sealed) < HEAD + TAG_BYTES or sealed[:1] != VERSION:
        return None
    return sealed[len(VERSION) : HEAD]


def seal(data_key: bytes, label: str, plain: bytes, nonce: bytes) -> bytes:
    """Encrypt, bound to `label`. The nonce is fresh and random."""
    key = AESGCM(key_of(data_key, label, nonce))
    return VERSION + nonce + key.encrypt(nonce, plain, VERSION + label.encode())


def open_record(key: bytes, label: str, sealed: bytes) -> bytes:
    """Decrypt with the record's own key. Raises BadRecordError."""
    nonce = nonce_of(sealed)
    if nonce is None or len(key) != KEY_BYTES:
        raise BadRecordError("not a record")
    try:
        return AESGCM(key).decrypt(nonce, sealed[HEAD:], VERSION + label.encode())
    except InvalidTag:
        raise BadRecordError("the record does not open with this key") from None
