"""Files that are complete or absent, whatever happens, and that nobody else can read."""

import os
from pathlib import Path


def write_new(path: Path, data: bytes) -> None:
    """Create a file only its owner can read, with its contents on the disk.

    Raises:
        FileExistsError: there is one already; it is left alone.
        OSError: it could not be written; nothing is left behind.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - Path.open takes no descriptor
            file.write(data)
            file.flush()
            os.fsync(handle)
    except BaseException:  # whatever it is: no half file stays, the error goes on
        path.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk; without it a power cut can undo a rename."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
