"""What the verifier reads besides the export: public keys, and checkpoints kept elsewhere."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from vigia_detect.trail.note import BadNoteError, Checkpoint, PublicKey, open_checkpoint
from vigia_detect.trail.verify import Report, verify

SUFFIX = ".note"


def check_file(export: Path, public_key: Path, checkpoint: Path | None = None) -> Report:
    """Verify an export file.

    Args:
        export: JSON lines.
        public_key: one key a line; more than one after the key was changed.
        checkpoint: a checkpoint kept elsewhere, or a folder of them.

    Raises:
        OSError: a file cannot be read.
        BadNoteError: a key or a checkpoint is not what it should be.
    """
    keys = read_keys(public_key)
    known = [] if checkpoint is None else [last_checkpoint(checkpoint, keys)]
    return check(export, keys, known)


def check(export: Path, keys: Collection[PublicKey], known: Sequence[Checkpoint] = ()) -> Report:
    """Verify an export file by keys and checkpoints at hand. Raises OSError."""
    with export.open("rb") as file:

        def lines() -> Iterable[bytes]:
            file.seek(0)
            return file

        return verify(lines, keys, known)


def read_keys(path: Path) -> list[PublicKey]:
    """Read a file of public keys. Raises OSError or BadNoteError."""
    keys = [PublicKey.parse(line) for line in path.read_text().splitlines() if line.strip()]
    if not keys:
        raise BadNoteError(f"{path} holds no key")
    return keys


def last_checkpoint(path: Path, keys: Iterable[PublicKey]) -> Checkpoint:
    """Read a checkpoint, or the last one of a folder. Raises OSError or BadNoteError."""
    if path.is_dir():
        files = sorted(path.rglob(f"*{SUFFIX}"), key=lambda file: file.name)
        if not files:
            raise BadNoteError(f"{path} holds no checkpoint")
        path = files[-1]
    try:
        return open_checkpoint(path.read_text(), list(keys))
    except (BadNoteError, UnicodeDecodeError) as error:
        raise BadNoteError(f"{path}: {error}") from None


def kept_checkpoint(path: Path, keys: Iterable[PublicKey], size: int) -> Checkpoint:
    """Read a checkpoint, or of a folder the one of this size, else the last one.

    Raises:
        OSError: it cannot be read.
        BadNoteError: it is none of these keys'.
    """
    if path.is_dir():
        path = next(path.rglob(f"{size:012}{SUFFIX}"), path)
    return last_checkpoint(path, keys)
