"""Pseudonyms and encryption at rest.

key-encryption key (a `KeyKeeper` holds its versions)
├─wraps──> pseudonym key ──HMAC──> pseudonym of a patient code
├─wraps──> signing root ──HKDF──> one signing key a purpose, one for what belongs to no patient
└─wraps──> data key, one a patient ──AES-256-GCM──> code, context, results, picture

Destroying a patient's wrapped key makes everything of that patient unreadable.
Every ciphertext is: version byte, 96-bit random nonce, then GCM's text and 128-bit tag. What is
a patient's has version 2: each such record has a key of its own, which follows from the data key
(`trail.record`), so that one record can be shown to somebody without the others (record 45). What
was stored before that has version 1, under the data key itself, and stays readable.
"""

import base64
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vigia_detect.domain.ids import Pseudonym
from vigia_detect.domain.keys import named, taken_apart
from vigia_detect.errors import CorruptDataError, ErasedError
from vigia_detect.key_ports import KeyKeeper
from vigia_detect.trail import record

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D section 8.2: 96 bits, random
TAG_BYTES = 16
PSEUDONYM_BYTES = 20  # 160 bits: no two patients of any hospital meet
VERSION = b"\x01"
CACHED_KEYS = 256
CHANGED = "Stored data does not decrypt: it was changed, moved or made under another key."


class KeyRing:
    """The cipher of one installation (see `ports.Cipher`). Safe to use from several threads.

    Args:
        keeper: holds the key-encryption keys.
        pseudonym_key: 32 bytes; it never changes, or a patient who comes again is not known.
        signing_root: 32 bytes, from which the signing keys follow.
    """

    def __init__(self, keeper: KeyKeeper, *, pseudonym_key: bytes, signing_root: bytes) -> None:
        self._keeper = keeper
        self._pseudonym_key = pseudonym_key
        self._signing_root = signing_root
        self._unwrap = lru_cache(CACHED_KEYS)(self._unwrap_anew)

    def pseudonym(self, patient_code: str) -> Pseudonym:
        """Return the keyed hash of a patient code, exactly as written: `p_` and 32 of a-z2-7."""
        digest = hmac.digest(self._pseudonym_key, patient_code.encode(), "sha256")
        return Pseudonym("p_" + base64.b32encode(digest[:PSEUDONYM_BYTES]).decode().lower())

    def signing_key(self, purpose: str) -> bytes:
        """Return the 32-byte key that signs for one purpose; no other purpose has the same."""
        return subkey(self._signing_root, purpose.encode())

    def new_data_key(self, pseudonym: Pseudonym, version: int) -> bytes:
        """Return a fresh data key for a patient, wrapped by a version of the keeper's key."""
        wrapped = self._keeper.wrap(version, pseudonym, secrets.token_bytes(KEY_BYTES))
        return named(version, wrapped)

    def seal(self, pseudonym: Pseudonym, wrapped_key: bytes, label: str, plain: bytes) -> bytes:
        """Encrypt under a patient's wrapped key. Raises CorruptDataError on a wrong one."""
        data_key = self._unwrap(pseudonym, wrapped_key)
        return record.seal(data_key, label, plain, secrets.token_bytes(NONCE_BYTES))

    def open(self, pseudonym: Pseudonym, wrapped_key: bytes, label: str, sealed: bytes) -> bytes:
        """Decrypt. Raises CorruptDataError when key, patient, label or data do not fit."""
        data_key = self._unwrap(pseudonym, wrapped_key)
        nonce = record.nonce_of(sealed)
        if nonce is None:
            return decrypt(AESGCM(data_key), label, sealed)
        try:
            return record.open_record(record.key_of(data_key, label, nonce), label, sealed)
        except record.BadRecordError:
            raise CorruptDataError(CHANGED) from None

    def record_key(
        self, pseudonym: Pseudonym, wrapped_key: bytes, label: str, sealed: bytes
    ) -> bytes | None:
        """Return the key that opens this one ciphertext; None for one of the older form."""
        nonce = record.nonce_of(sealed)
        if nonce is None:
            return None
        return record.key_of(self._unwrap(pseudonym, wrapped_key), label, nonce)

    def seal_own(self, label: str, plain: bytes) -> bytes:
        """Encrypt what belongs to no patient, under a key of the installation."""
        return encrypt(self._own_key(), label, plain)

    def open_own(self, label: str, sealed: bytes) -> bytes:
        """Decrypt what `seal_own` gave. Raises CorruptDataError."""
        return decrypt(self._own_key(), label, sealed)

    def _own_key(self) -> AESGCM:
        return AESGCM(self.signing_key("vigia own data v1"))

    def _unwrap_anew(self, pseudonym: Pseudonym, wrapped_key: bytes) -> bytes:
        if not wrapped_key:
            raise ErasedError("The data of this patient was erased.")
        version, wrapped = taken_apart(wrapped_key)
        return self._keeper.unwrap(version, pseudonym, wrapped)


class Sealer:
    """Encrypts what belongs to no patient, under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def seal(self, label: str, plain: bytes) -> bytes:
        """Encrypt, bound to `label`."""
        return encrypt(self._key, label, plain)

    def open(self, label: str, sealed: bytes) -> bytes:
        """Decrypt. Raises CorruptDataError when key, label or data do not fit."""
        return decrypt(self._key, label, sealed)


def wrapping_key(secret: bytes) -> AESGCM:
    """Return the key that wraps, from a key-encryption key's 32 bytes."""
    return AESGCM(subkey(secret, b"vigia key wrapping v1"))


def subkey(master: bytes, purpose: bytes) -> bytes:
    """Return 32 bytes that follow from a key and a purpose (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)


def encrypt(key: AESGCM, label: str, plain: bytes) -> bytes:
    """Encrypt with a fresh nonce, bound to `label`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + key.encrypt(nonce, plain, VERSION + label.encode())


def decrypt(key: AESGCM, label: str, sealed: bytes) -> bytes:
    """Return what `encrypt` was given. Raises CorruptDataError."""
    head = len(VERSION) + NONCE_BYTES
    if len(sealed) < head + TAG_BYTES or sealed[:1] != VERSION:
        raise CorruptDataError("Stored data is cut short or not in a known form.")
    try:
        return key.decrypt(sealed[1:head], sealed[head:], VERSION + label.encode())
    except InvalidTag:
        raise CorruptDataError(CHANGED) from None
