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
from vigia_detect.trail.note import KEY_BYTES, Signer

ORIGIN = "vigia-audit/"


def read_signer(path: Path, *, create: bool) -> Signer:
    """Read the key, which only its owner may be able to read.

    Args:
        path: the file.
        create: make one if there is none. Only for a trail that nobody has signed yet.

    Raises:
        ConfigurationError: no key, or one that others can read, that is a default or somebody
            else's, or that has a wrong length.
    """
    try:
        if create and not path.exists():
            _create(path)
        return _signer(_read(path))
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no audit key at {path}: copy it from the host that began this trail, or "
            "restore it from its backup. Entries are still written and chained, but not signed."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"The audit key at {path} cannot be used ({error.strerror}): "
            "make it a file that the user who runs Vigia owns."
        ) from error


def _signer(secret: bytes) -> Signer:
    """Return a signer whose name, the trail's origin, follows from its key."""
    public = Signer(ORIGIN, secret).public
    return Signer(ORIGIN + hashlib.sha256(public.raw).hexdigest()[:16], secret)


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
            f"Others can read the audit key at {path}: run `chmod 600 {path}`."
        )
    if found.st_uid not in {0, os.geteuid()}:
        raise ConfigurationError(f"{path} belongs to somebody else: make it this user's own.")
    if len(secret) != KEY_BYTES:
        raise ConfigurationError(f"The audit key at {path} does not have {KEY_BYTES} bytes.")
    check_key(secret, str(path))
    return secret
