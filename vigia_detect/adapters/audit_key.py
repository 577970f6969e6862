"""The key that signs the trail's checkpoints: 32 random bytes in a file of its own.

It is no part of the master key: whoever can read patients' data can still not sign for the trail,
and a new master key does not touch old proofs.
"""

import contextlib
import hashlib
import os
import secrets
import stat
from pathlib import Path

from vigia_detect.adapters.files import sync_folder, write_new
from vigia_detect.adapters.keys.local import check_key
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase
from vigia_detect.trail.note import KEY_BYTES, PublicKey, Signer

ORIGIN = "vigia-audit/"


def read_signer(path: Path, *, create: bool, origin: str | None = None) -> Signer:
    """Read the key, which only its owner may be able to read.

    Args:
        path: the file.
        create: make one if there is none. Only for a trail that nobody has signed yet.
        origin: the trail's name; None: the one that follows from this key, its first.

    Raises:
        ConfigurationError: no key, or one that others can read, that is a default or somebody
            else's, or that has a wrong length.
    """
    try:
        if create and not path.exists():
            _create(path)
        return _signer(_read(path), origin)
    except FileNotFoundError:
        raise ConfigurationError(
            "There is no audit key at {path}: copy it from the host that began this trail, or "
            "restore it from its backup. Entries are still written and chained, but not signed.",
            path=path,
        ) from None
    except OSError as error:
        raise ConfigurationError(
            "The audit key at {path} cannot be used ({why}): "
            "make it a file that the user who runs Vigia owns.",
            path=path,
            why=Phrase.why(error),
        ) from error


class SigningKeyFile:
    """The key file, and beside it the key that is to follow it (see `audit_ports.SigningKeys`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = path.with_name(f"{path.name}.next")

    def draw(self, origin: str) -> Signer:
        """Return the key that is to follow; drawn once, whatever is cut off meanwhile."""
        return read_signer(self._next, create=True, origin=origin)

    def put_in_place(self) -> None:
        """Let it take the old one's place in one step, then overwrite the old one."""
        with self._path.open("r+b") as old:
            self._next.replace(self._path)
            sync_folder(self._path.parent)
            old.write(bytes(os.fstat(old.fileno()).st_size))
            old.flush()
            os.fsync(old.fileno())

    def find(self, known: PublicKey) -> Signer | None:
        """Return the key of this public key, or None; what a rotation left over is finished."""
        if read_signer(self._path, create=False, origin=known.name).public != known:
            if not self._next.exists() or self.draw(known.name).public != known:
                return None
            self.put_in_place()
        return read_signer(self._path, create=False, origin=known.name)


def _signer(secret: bytes, origin: str | None) -> Signer:
    """Return a signer; its name, the trail's origin, follows from the trail's first key."""
    public = Signer(ORIGIN, secret).public
    return Signer(origin or ORIGIN + hashlib.sha256(public.raw).hexdigest()[:16], secret)


def _create(path: Path) -> None:
    """Make a key file that appears complete or not at all; whoever comes first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    write_new(draft, secrets.token_bytes(KEY_BYTES))
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        secret = file.read(KEY_BYTES + 1)
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            "Others can read the audit key at {path}: run `chmod 600 {path}`.", path=path
        )
    if found.st_uid not in {0, os.geteuid()}:
        raise ConfigurationError(
            "{path} belongs to somebody else: make it this user's own.", path=path
        )
    if len(secret) != KEY_BYTES:
        raise ConfigurationError(
            "The audit key at {path} does not have {count} bytes.", path=path, count=KEY_BYTES
        )
    check_key(secret, str(path))
    return secret
