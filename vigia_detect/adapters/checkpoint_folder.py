import contextlib
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from vigia_detect.adapters.files import sync_folder, write_new
from vigia_detect.errors import CheckpointConflictError, UnavailableError
from vigia_detect.trail.files import SUFFIX
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

    def keep(self, checkpoint: Checkpoint, note: str) -> None:
        """Keep one, complete or not at all.

        Raises:
            CheckpointConflictError: another one of this size is kept: the trail was rewritten.
            UnavailableError: it cannot be written now.
        """
        month = datetime.fromtimestamp(checkpoint.time, UTC).strftime("%Y-%m")
        path = self._folder / month / f"{checkpoint.size:012}{SUFFIX}"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = _create(path, note)
        except OSError as error:
            raise UnavailableError(f"{path} cannot be written ({error.strerror}).") from error
        if kept != note:
            raise CheckpointConflictError(
                f"{path} holds another checkpoint than the database: the trail was rewritten, or "
                "two installations share this folder."
            )


def _create(path: Path, text: str) -> str:
    """Write a file unless it is there; return what it holds."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_new(draft, text.encode())
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)
    return path.read_text()
