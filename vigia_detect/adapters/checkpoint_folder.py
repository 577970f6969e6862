import contextlib
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from vigia_detect.adapters.files import sync_folder, write_new
from vigia_detect.errors import CheckpointConflictError, UnavailableError
from vigia_detect.phrase import Phrase
from vigia_detect.trail.files import STAMP_SUFFIX, SUFFIX
from vigia_detect.trail.note import Checkpoint


class CheckpointFolder:
    """Keeps each checkpoint as a file of its own, in a folder a month: `2026-11/000000001250.note`.

    A file appears complete or not at all and is never written again, so that the folder can be
    copied elsewhere at any time, or be a write-once share.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last_size(self) -> int:
        """Return the size of the last checkpoint that is kept; 0 when none is."""
        months = sorted(self._folder.glob("????-??"), reverse=True)
        for month in months:
            sizes = [int(file.stem) for file in month.glob(f"*{SUFFIX}") if file.stem.isdigit()]
            if sizes:
                return max(sizes)
        return 0

    def note(self, size: int) -> str | None:
        """Return the checkpoint of this size that is kept, or None."""
        found = sorted(self._folder.glob(f"????-??/{size:012}{SUFFIX}"))
        return found[-1].read_text() if found else None

    def keep(self, checkpoint: Checkpoint, note: str) -> None:
        """Keep one, complete or not at all.

        Raises:
            CheckpointConflictError: another one of this size is kept: the trail was rewritten.
            UnavailableError: it cannot be written now.
        """
        path = self._path(checkpoint, SUFFIX)
        if _create(path, note.encode()) != note.encode():
            raise CheckpointConflictError(
                "{path} holds another checkpoint than the database: the trail was rewritten, or "
                "two installations share this folder.",
                path=path,
            )

    def keep_stamp(self, checkpoint: Checkpoint, token: bytes) -> None:
        """Keep its time stamp beside it, for `openssl ts` too. Raises UnavailableError."""
        _create(self._path(checkpoint, STAMP_SUFFIX), token)

    def _path(self, checkpoint: Checkpoint, suffix: str) -> Path:
        month = datetime.fromtimestamp(checkpoint.time, UTC).strftime("%Y-%m")
        return self._folder / month / f"{checkpoint.size:012}{suffix}"


def _create(path: Path, data: bytes) -> bytes:
    """Write a file unless it is there; return what it holds. Raises UnavailableError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _link(path, data)
    except OSError as error:
        raise UnavailableError(
            "{path} cannot be written ({why}).", path=path, why=Phrase.why(error)
        ) from error


def _link(path: Path, data: bytes) -> bytes:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_new(draft, data)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)
    return path.read_bytes()
