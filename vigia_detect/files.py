"""Small files of one machine: private folders, atomic writes, logs that cannot fill the disk."""

import contextlib
import itertools
import os
import tempfile
from pathlib import Path

PRIVATE_DIR_MODE = 0o700


def private_dir(path: Path) -> Path:
    """Make `path` a folder that only this user can enter, parents included; return it."""
    for folder in reversed([path, *path.parents]):
        folder.mkdir(mode=PRIVATE_DIR_MODE, exist_ok=True)
    path.chmod(PRIVATE_DIR_MODE)
    return path


def write_atomically(path: Path, data: bytes) -> None:
    """Replace `path` (mode 0600): a reader sees the old content or the new, never a half."""
    # mkstemp makes the file 0600.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:  # whatever it is: no draft stays, the error goes on
        Path(temporary).unlink(missing_ok=True)
        raise


def rotate(path: Path, *, cap_bytes: int = 5_000_000, keep: int = 3) -> None:
    """Move a log that has outgrown its cap to `name.1`, the older ones one further, drop the last.

    Args:
        path: the log; it need not exist.
        cap_bytes: the size from which it is moved. The file is left alone below it.
        keep: how many old ones stay.
    """
    if not path.exists() or path.stat().st_size < cap_bytes:
        return
    names = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, keep + 1))]
    for newer, older in reversed(list(itertools.pairwise(names))):
        if newer.exists():
            newer.replace(older)


def last_line(path: Path, offset: int = 0) -> str:
    """Return the last line with text in what was written after `offset` bytes; '' when none."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            # A tail is enough: no server logs a line longer than this.
            file.seek(max(offset, size - 8_192))
            lines = file.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def create_once(path: Path, text: str) -> str:
    """Write `path` (mode 0600) unless it exists; return what it holds, whoever wrote it first."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        with contextlib.suppress(FileExistsError):
            # Unlike opening with O_EXCL, a link appears with its content.
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
    return path.read_text()


def write_once(path: Path, data: bytes) -> None:
    """Write a new file (mode 0600), complete or not at all, and put it on the disk.

    Raises:
        FileExistsError: there is one already; it is left alone.
        OSError: it could not be written; nothing is left behind.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # unlike a rename, it never takes the place of another file
    finally:
        Path(temporary).unlink()
