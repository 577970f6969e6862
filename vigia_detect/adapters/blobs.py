"""Encrypted pictures as files in a local folder (see `ports.BlobStore`).

    root/incoming/<ref>.<random>   being written
    root/<two last digits>/<ref>   complete, for good

A picture is written and synced under `incoming` and then renamed, so what has its final name is
whole, also after a power cut. Names hold ids only; what lies inside is encrypted by the caller.
"""

import errno
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vigia_detect.adapters.files import sync_folder, write_new
from vigia_detect.errors import (
    ConfigurationError,
    NotFoundError,
    StorageFullError,
    UnavailableError,
)
from vigia_detect.phrase import Phrase

REF = re.compile(r"[0-9a-f][0-9a-f-]{2,62}[0-9a-f]")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SET_UP_WRONGLY = (
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR),
)
LEFTOVER_S = 3600  # no write of one picture takes an hour; what is older was cut off by a crash


class FolderStore:
    """Keeps each picture in a file of its own. Safe to use from several processes."""

    def __init__(self, root: Path, *, min_free_mb: int) -> None:
        """Make the folder if needed and clear what a crash left in it.

        Args:
            root: the folder; only its owner may enter it.
            min_free_mb: free space in MiB below which new pictures are refused.
        """
        self._root = root
        self._incoming = root / "incoming"
        self._min_free = min_free_mb * 2**20
        with _in_plain_words():
            self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
            root.chmod(0o700)
            self.clear_leftovers()

    def put(self, ref: str, data: bytes) -> None:
        """Store durably under a name; what had this name is replaced in one step.

        Raises:
            StorageFullError: no room; nothing is left behind.
            ConfigurationError: the folder cannot be written.
            UnavailableError: the disk fails.
        """
        target = self._path(ref)
        draft = self._incoming / f"{ref}.{secrets.token_hex(8)}"
        with _in_plain_words():
            write_new(draft, data)
            try:
                self._make_shard(target.parent)
                draft.replace(target)
            except BaseException:  # whatever it is, a kill too: no draft stays, the error goes on
                draft.unlink(missing_ok=True)
                raise
            sync_folder(target.parent)

    def get(self, ref: str) -> bytes:
        """Return what was stored. Raises NotFoundError."""
        path = self._path(ref)
        with _in_plain_words():
            try:
                return path.read_bytes()
            except FileNotFoundError:
                raise NotFoundError("There is no stored picture {ref}.", ref=ref) from None

    def delete(self, ref: str) -> None:
        """Remove it for good; nothing happens when it is not there."""
        path = self._path(ref)
        with _in_plain_words():
            try:
                path.unlink()
            except FileNotFoundError:
                return
            sync_folder(path.parent)

    def check_room(self) -> None:
        """Raises StorageFullError when less than the configured room is left."""
        with _in_plain_words():
            disk = os.statvfs(self._root)
        free = disk.f_bavail * disk.f_frsize
        no_names = disk.f_files > 0 and disk.f_favail == 0
        if free < self._min_free or no_names:
            raise StorageFullError(
                "The disk of the picture folder has {free} MiB left and Vigia needs "
                "{needed}: free some space; nothing was stored.",
                free=free // 2**20,
                needed=self._min_free // 2**20,
            )

    def refs(self, *, older_than_s: float) -> Iterator[str]:
        """Yield the names of what was stored at least so many seconds ago."""
        newest = time.time() - older_than_s
        with _in_plain_words():
            for shard in sorted(self._root.iterdir()):
                if shard == self._incoming or not shard.is_dir():
                    continue
                for path in shard.iterdir():
                    with suppress(FileNotFoundError):  # deleted by another process meanwhile
                        if REF.fullmatch(path.name) and path.stat().st_mtime <= newest:
                            yield path.name

    def clear_leftovers(self, older_than_s: float = LEFTOVER_S) -> int:
        """Remove half-written pictures of that age in seconds; return how many."""
        oldest = time.time() - older_than_s
        cleared = 0
        for draft in self._incoming.iterdir():
            try:
                if draft.stat().st_mtime < oldest:
                    draft.unlink()
                    cleared += 1
            except FileNotFoundError:
                continue  # finished or cleared by another process meanwhile
        return cleared

    def _path(self, ref: str) -> Path:
        if not REF.fullmatch(ref):
            raise NotFoundError("A picture's name is made of 0-9, a-f and '-' only.")
        return self._root / ref[-2:] / ref

    def _make_shard(self, shard: Path) -> None:
        """Make one of the 256 folders. The last digits spread well; the first are the time."""
        if not shard.exists():
            shard.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._root)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """Turn what the system says of the disk into errors that say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFullError(
                "No room is left on the disk of the picture folder: free some space; "
                "nothing was stored."
            ) from error
        if error.errno in SET_UP_WRONGLY:
            raise ConfigurationError(
                "The picture folder cannot be used ({why}): check that it exists, "
                "who owns it and that its disk is mounted for writing.",
                why=Phrase.why(error),
            ) from error
        raise UnavailableError(
            "The disk of the picture folder does not answer ({why}).", why=Phrase.why(error)
        ) from error
