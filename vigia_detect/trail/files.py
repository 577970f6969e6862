"""What the verifier reads besides the export: public keys, and checkpoints kept elsewhere."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

from vigia_detect.trail.note import BadNoteError, Checkpoint, PublicKey, open_checkpoint
from vigia_detect.trail.stamps import Authority, BadStampError
from vigia_detect.trail.verify import Report, verify

SUFFIX = ".note"
LONGEST = 1 << 24
"""Bytes of a line, far above any entry: a longer one is read in parts, which fit nowhere."""
STAMP_SUFFIX = ".tsr"
"""Of the time stamp that lies beside a checkpoint (RFC 3161, TimeStampResp)."""


def check_file(
    export: Path,
    public_key: Path,
    checkpoint: Path | None = None,
    timestamp_ca: Path | None = None,
) -> Report:
    """Verify an export file.

    Args:
        export: JSON lines.
        public_key: one key a line; more than one after the key was changed.
        checkpoint: a checkpoint kept elsewhere, or a folder of them.
        timestamp_ca: certificates of the authority whose time stamps count, in PEM.

    Raises:
        OSError: a file cannot be read.
        BadNoteError: a key, checkpoint or certificate is not what it should be.
    """
    keys = read_keys(public_key)
    known = [] if checkpoint is None else kept_checkpoints(checkpoint, keys)
    return check(export, keys, known, read_authority(timestamp_ca))


def check(
    export: Path,
    keys: Collection[PublicKey],
    known: Sequence[Checkpoint] = (),
    authority: Authority | None = None,
) -> Report:
    """Verify an export file by keys and checkpoints at hand. Raises OSError."""
    with export.open("rb") as file:

        def lines() -> Iterator[bytes]:
            file.seek(0)
            return iter(partial(file.readline, LONGEST), b"")

        return verify(lines, keys, known, authority)


def read_authority(path: Path | None) -> Authority | None:
    """Read a file of certificates, if there is one. Raises OSError or BadNoteError."""
    try:
        return None if path is None else Authority(path.read_bytes())
    except BadStampError as error:
        raise BadNoteError(f"{path}: {error}") from None


def read_keys(path: Path) -> list[PublicKey]:
    """Read a file of public keys. Raises OSError or BadNoteError."""
    keys = [PublicKey.parse(line) for line in path.read_text().splitlines() if line.strip()]
    if not keys:
        raise BadNoteError(f"{path} holds no key")
    return keys


def kept_checkpoints(path: Path, keys: Collection[PublicKey]) -> list[Checkpoint]:
    """Read a checkpoint, or all of a folder.

    All of them count: whoever has database and signing key can rewrite the trail and have a new
    last checkpoint kept, but the earlier ones then do not fit.

    Raises:
        OSError: a file cannot be read.
        BadNoteError: one is not what it should be, or the folder holds none.
    """
    files = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
    if not files:
        raise BadNoteError(f"{path} holds no checkpoint")
    return [_checkpoint(file, keys) for file in files]


def last_checkpoint(path: Path, keys: Collection[PublicKey]) -> Checkpoint:
    """Read a checkpoint, or the last one of a folder. Raises OSError or BadNoteError."""
    return max(kept_checkpoints(path, keys), key=lambda checkpoint: checkpoint.size)


def _checkpoint(path: Path, keys: Collection[PublicKey]) -> Checkpoint:
    try:
        return open_checkpoint(path.read_text(), keys)
    except (BadNoteError, UnicodeDecodeError) as error:
        raise BadNoteError(f"{path}: {error}") from None


def kept_checkpoint(path: Path, keys: Collection[PublicKey], size: int) -> Checkpoint:
    """Read a checkpoint, or of a folder the one of this size, else the last one.

    Raises:
        OSError: it cannot be read.
        BadNoteError: it is none of these keys'.
    """
    if path.is_dir():
        path = next(path.rglob(f"{size:012}{SUFFIX}"), path)
    return last_checkpoint(path, keys)
