"""Pseudonyms and encryption at rest, all from one 32-byte master key in a file.

master key ──HKDF──> pseudonym key ──HMAC──> pseudonym of a patient code
           ├─HKDF──> signing root ──HKDF──> one signing key a purpose
           └─HKDF──> wrapping key ──AES-256-GCM──> wrapped data key, one a patient
                                                   └──AES-256-GCM──> code, context, results, picture

Destroying a patient's wrapped key makes everything of that patient unreadable, backups included.
Every ciphertext is: version byte, 96-bit random nonce, then GCM's text and 128-bit tag.
"""

import base64
import hmac
import os
import secrets
import stat
from functools import lru_cache
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vigia_detect.adapters.files import sync_folder, write_new
from vigia_detect.domain.ids import Pseudonym
from vigia_detect.errors import ConfigurationError, CorruptDataError

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D section 8.2: 96 bits, random
TAG_BYTES = 16
PSEUDONYM_BYTES = 20  # 160 bits: no two patients of any hospital meet
VERSION = b"\x01"
CACHED_KEYS = 256


class KeyRing:
    """The cipher of one installation (see `ports.Cipher`). Safe to use from several threads."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise ConfigurationError(
                f"The master key must be exactly {KEY_BYTES} bytes, this one has {len(master)}."
            )
        self._pseudonym_key = _subkey(master, b"vigia pseudonym v1")
        self._signing_root = _subkey(master, b"vigia signing v1")
        self._wrapping = AESGCM(_subkey(master, b"vigia key wrapping v1"))
        self._unwrap = lru_cache(CACHED_KEYS)(self._unwrap_anew)

    @classmethod
    def from_file(cls, path: Path, *, create: bool = False) -> Self:
        """Read the master key, which only its owner may be able to read.

        Args:
            path: the key file, 32 raw bytes.
            create: make a new key if there is none. Only for a home without data: what was
                encrypted under a lost key stays unreadable.

        Raises:
            ConfigurationError: no key, or one that others can read or that has a wrong length.
        """
        try:
            if create and not path.exists():
                _create_key(path)
            return cls(_read_key(path))
        except FileNotFoundError:
            raise ConfigurationError(
                f"There is no master key at {path}: restore it from its backup; "
                "a new installation makes one by itself."
            ) from None
        except OSError as error:
            raise ConfigurationError(
                f"The master key at {path} cannot be used ({error.strerror}): "
                "make it a file that the user who runs Vigia owns."
            ) from error

    def pseudonym(self, patient_code: str) -> Pseudonym:
        """Return the keyed hash of a patient code, exactly as written: `p_` and 32 of a-z2-7."""
        digest = hmac.digest(self._pseudonym_key, patient_code.encode(), "sha256")
        return Pseudonym("p_" + base64.b32encode(digest[:PSEUDONYM_BYTES]).decode().lower())

    def signing_key(self, purpose: str) -> bytes:
        """Return the 32-byte key that signs for one purpose; no other purpose has the same."""
        return _subkey(self._signing_root, purpose.encode())

    def new_data_key(self, pseudonym: Pseudonym) -> bytes:
        """Return a fresh data key for a patient, wrapped under the master key."""
        return _encrypt(self._wrapping, pseudonym, secrets.token_bytes(KEY_BYTES))

    def seal(self, pseudonym: Pseudonym, wrapped_key: bytes, label: str, plain: bytes) -> bytes:
        """Encrypt under a patient's wrapped key. Raises CorruptDataError on a wrong one."""
        return _encrypt(self._unwrap(pseudonym, wrapped_key), label, plain)

    def open(self, pseudonym: Pseudonym, wrapped_key: bytes, label: str, sealed: bytes) -> bytes:
        """Decrypt. Raises CorruptDataError when key, patient, label or data do not fit."""
        return _decrypt(self._unwrap(pseudonym, wrapped_key), label, sealed)

    def _unwrap_anew(self, pseudonym: Pseudonym, wrapped_key: bytes) -> AESGCM:
        return AESGCM(_decrypt(self._wrapping, pseudonym, wrapped_key))


class Sealer:
    """Encrypts what belongs to no patient, under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def seal(self, label: str, plain: bytes) -> bytes:
        """Encrypt, bound to `label`."""
        return _encrypt(self._key, label, plain)

    def open(self, label: str, sealed: bytes) -> bytes:
        """Decrypt. Raises CorruptDataError when key, label or data do not fit."""
        return _decrypt(self._key, label, sealed)


def _subkey(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)


def _encrypt(key: AESGCM, label: str, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + key.encrypt(nonce, plain, VERSION + label.encode())


def _decrypt(key: AESGCM, label: str, sealed: bytes) -> bytes:
    head = len(VERSION) + NONCE_BYTES
    if len(sealed) < head + TAG_BYTES or sealed[:1] != VERSION:
        raise CorruptDataError("Stored data is cut short or not in a known form.")
    try:
        return key.decrypt(sealed[1:head], sealed[head:], VERSION + label.encode())
    except InvalidTag:
        raise CorruptDataError(
            "Stored data does not decrypt: it was changed, moved or made under another master key."
        ) from None


def _create_key(path: Path) -> None:
    """Make a key file that appears complete or not at all; whoever comes first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    write_new(draft, secrets.token_bytes(KEY_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        draft.unlink()
    sync_folder(path.parent)


def _read_key(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        master = file.read(KEY_BYTES + 1)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            f"Others can read the master key at {path}: run `chmod 600 {path}`, "
            "and change the key if a stranger may have read it."
        )
    if len(master) != KEY_BYTES:
        raise ConfigurationError(
            f"The master key at {path} does not have {KEY_BYTES} bytes: restore it from its "
            "backup; with any other key what is stored cannot be read."
        )
    return master
