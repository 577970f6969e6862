"""A database as it was before keys had versions: revision 0003 and one 32-byte master key."""

import hmac
import os
from base64 import b32encode
from pathlib import Path

from alembic import command
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text

from vigia_detect.adapters.crypto import encrypt, subkey, wrapping_key
from vigia_detect.adapters.db import migrate
from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.adapters.keys.file import FileKeeper
from vigia_detect.adapters.keys.opening import open_ring

CODES = ["P-1", "P-2"]


def make(url: str, key_file: Path) -> tuple[SqlStore, FileKeeper]:
    """Write two patients as the first revisions did, then upgrade."""
    master = os.urandom(32)
    key_file.write_bytes(master)
    key_file.chmod(0o600)
    store = SqlStore(url)
    command.upgrade(migrate.config(store._durable), "0003")
    with store._durable.begin() as connection:
        connection.execute(
            text("insert into master_key (id, fingerprint) values (1, :it)"),
            {"it": _pseudonym(master, "fingerprint of the master key")},
        )
        for code in CODES:
            connection.execute(
                text("insert into patients values (:pseudonym, :wrapped, :sealed, 1.0)"),
                _patient(master, code),
            )
    store.upgrade()
    return store, FileKeeper(key_file)


def codes(store: SqlStore, keeper: FileKeeper) -> list[str]:
    """Return the codes as the program of today reads them."""
    cipher, found = open_ring(store, keeper), []
    for code in CODES:
        pseudonym = cipher.pseudonym(code)
        with store.read() as work:
            key = work.cases.patient(pseudonym)
        assert key is not None
        label = f"code:{pseudonym}"
        found.append(cipher.open(pseudonym, key.wrapped_key, label, key.sealed_code).decode())
    return found


def _patient(master: bytes, code: str) -> dict[str, object]:
    pseudonym, key = _pseudonym(master, code), os.urandom(32)
    return {
        "pseudonym": pseudonym,
        "wrapped": encrypt(wrapping_key(master), pseudonym, key),
        "sealed": encrypt(AESGCM(key), f"code:{pseudonym}", code.encode()),
    }


def _pseudonym(master: bytes, code: str) -> str:
    digest = hmac.digest(subkey(master, b"vigia pseudonym v1"), code.encode(), "sha256")
    return "p_" + b32encode(digest[:20]).decode().lower()
