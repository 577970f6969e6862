"""Copies every sealed byte of a system, and tries keys on it."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
from acceptance.system import System
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vigia_detect.adapters.crypto import decrypt, subkey
from vigia_detect.adapters.db.tables import cases, patients, runs
from vigia_detect.adapters.keys.file import FileKeeper, _read
from vigia_detect.domain.keys import taken_apart
from vigia_detect.errors import CorruptDataError
from vigia_detect.trail import record


@dataclass(frozen=True)
class Blob:
    """A sealed value. Whoever knows how Vigia works knows what it is bound to."""

    owner: str
    label: str
    data: bytes


def steal(system: System) -> set[Blob]:
    """Copy every sealed value of every patient, with whose it is."""
    engine = sa.create_engine(system.settings.sql_url)
    with engine.connect() as connection:
        rows = set(_rows(connection))
        query = sa.select(cases.c.id, cases.c.pseudonym)
        owners = {case: owner for case, owner in connection.execute(query)}  # noqa: C416
    engine.dispose()
    files = {Blob(owners.get(ref[:36], ""), _label(ref), data) for ref, data in stored(system)}
    return {blob for blob in rows | files if blob.data}


def stored(system: System) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the picture folder."""
    for path in system.settings.image_folder.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()


def keys_left(system: System) -> list[bytes]:
    """Return every key that can be had now: all versions, and all that they unwrap."""
    secrets = list(_read(system.settings.master_key_file).values())
    keeper = FileKeeper(system.settings.master_key_file)
    with system.vigia.store.read() as work:
        wrapped = work.keys.all_wrapped()
    inner = [
        keeper.unwrap(version, key.label, data)
        for key in wrapped
        for version, data in [taken_apart(key.wrapped)]
    ]
    derived = [subkey(secret, b"vigia key wrapping v1") for secret in secrets]
    return [*secrets, *derived, *inner]


def opened(blobs: Collection[Blob], keys: Collection[bytes]) -> set[Blob]:
    """Return the blobs that one of the keys opens."""
    return {blob for blob in blobs if any(_opens(blob, key) for key in keys)}


def unwraps(wrapped_key: bytes, pseudonym: str, system: System) -> bool:
    """Tell whether a copy of a patient's wrapped key can still be unwrapped."""
    ciphers = [subkey(key, b"vigia key wrapping v1") for key in keys_left(system)]
    blob = Blob(pseudonym, pseudonym, taken_apart(wrapped_key)[1])
    return any(_opens(blob, key) for key in [*ciphers, *keys_left(system)])


def _opens(blob: Blob, key: bytes) -> bool:
    nonce = record.nonce_of(blob.data)
    with suppress(CorruptDataError, record.BadRecordError):
        if nonce is not None and len(key) == record.KEY_BYTES:
            for each in (key, record.key_of(key, blob.label, nonce)):
                with suppress(record.BadRecordError):
                    record.open_record(each, blob.label, blob.data)
                    return True
        decrypt(AESGCM(key), blob.label, blob.data)
        return True
    return False


def _rows(connection: sa.Connection) -> Iterator[Blob]:
    for name, code in connection.execute(sa.select(patients.c.pseudonym, patients.c.sealed_code)):
        yield Blob(name, f"code:{name}", code)
    query = sa.select(cases.c.pseudonym, cases.c.id, cases.c.sealed)
    for owner, case, sealed in connection.execute(query):
        yield Blob(owner, f"case:{case}", sealed)
    results = sa.select(cases.c.pseudonym, cases.c.id, runs.c.task, runs.c.result)
    for owner, case, task, result in connection.execute(
        results.join(runs, runs.c.subject == cases.c.id).where(runs.c.result.is_not(None))
    ):
        yield Blob(owner, f"result:{case}:{task}", result)


def _label(ref: str) -> str:
    return f"image:{ref}" if len(ref) == 36 else f"overlay:{ref}"
