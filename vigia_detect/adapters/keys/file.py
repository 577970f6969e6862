import fcntl
import os
import secrets
import stat
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vigia_detect.adapters.crypto import KEY_BYTES
from vigia_detect.adapters.files import sync_folder, write_new
from vigia_detect.adapters.keys.local import check_key, parse_keys, unwrap, wrap
from vigia_detect.domain.keys import FIRST_VERSION
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase

LARGEST = 65_536


class FileKeeper:
    """Keys in a file that only its owner can read (see `key_ports.KeyKeeper`).

    One `VERSION BASE64` a line; 32 raw bytes are version 1, as installations began. A process
    looks at the file again when it has changed, so a new version needs no restart and a destroyed
    one leaves its memory.

    Args:
        path: the file.
        create: make the first version when there is no file. Only for a home without data: what
            was encrypted under a lost key stays unreadable.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self._path = path
        self._seen: tuple[int, ...] = ()
        self._keys: Mapping[int, bytes] = {}
        with self._in_plain_words():
            if create and not path.exists():
                _begin(path)
            self._look()

    def versions(self) -> tuple[int, ...]:
        """Return the versions that are there, in order."""
        return tuple(sorted(self._look()))

    def create(self) -> int:
        """Make the next version and return it."""
        with self._in_plain_words(), self._alone():
            keys = _read(self._path)
            version = max(keys) + 1
            _replace(self._path, {**keys, version: secrets.token_bytes(KEY_BYTES)})
        return version

    def wrap(self, version: int, label: str, key: bytes) -> bytes:
        """Encrypt a key, bound to `label`."""
        return wrap(self._look(), version, label, key)

    def unwrap(self, version: int, label: str, wrapped: bytes) -> bytes:
        """Return what `wrap` was given."""
        return unwrap(self._look(), version, label, wrapped)

    def destroy(self, version: int) -> None:
        """Remove a version, and overwrite the file that held it."""
        with self._in_plain_words(), self._alone():
            _clear_drafts(self._path)
            keys = _read(self._path)
            if keys.pop(version, None) is not None:
                _replace(self._path, keys)

    def oldest(self) -> bytes:
        """Return the first version's bytes, from which older installations derive other keys."""
        return self._look()[FIRST_VERSION]

    def _look(self) -> Mapping[int, bytes]:
        with self._in_plain_words():
            now = self._path.stat()
            seen = (now.st_ino, now.st_mtime_ns, now.st_size, now.st_mode)
            if seen != self._seen:
                self._keys = _read(self._path)
                self._seen = seen
        return self._keys

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process change the file meanwhile."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise ConfigurationError(
                "There is no master key at {path}: restore it from its backup; "
                "a new installation makes one by itself.",
                path=self._path,
            ) from None
        except OSError as error:
            raise ConfigurationError(
                "The master key at {path} cannot be used ({why}): "
                "make it a file that the user who runs Vigia owns.",
                path=self._path,
                why=Phrase.why(error),
            ) from error


def _begin(path: Path) -> None:
    """Make a key file that appears complete or not at all; whoever comes first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, {FIRST_VERSION: secrets.token_bytes(KEY_BYTES)})
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        draft.unlink()
    sync_folder(path.parent)


def _draft(path: Path, keys: Mapping[int, bytes]) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    lines = (f"{version} {b64encode(key).decode()}\n" for version, key in sorted(keys.items()))
    write_new(draft, "".join(lines).encode())
    return draft


def _replace(path: Path, keys: Mapping[int, bytes]) -> None:
    """Put new content in the file's place in one step, then overwrite the old content."""
    draft = _draft(path, keys)
    with path.open("r+b") as old:
        draft.replace(path)
        sync_folder(path.parent)
        _overwrite(old)


def _clear_drafts(path: Path) -> None:
    """Destroy drafts that a crash left: they hold the versions of their time, and nobody looks."""
    for draft in path.parent.glob(f"{path.name}.*.tmp"):
        with draft.open("r+b") as left:
            draft.unlink()
            if os.fstat(left.fileno()).st_nlink == 0:  # else it is the key file by another name
                _overwrite(left)
    sync_folder(path.parent)


def _overwrite(file: BinaryIO) -> None:
    file.write(bytes(os.fstat(file.fileno()).st_size))
    file.flush()
    os.fsync(file.fileno())


def _read(path: Path) -> dict[int, bytes]:
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        content = file.read(LARGEST)
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            "Others can read the master key at {path}: run `chmod 600 {path}`, "
            "and change the key if a stranger may have read it.",
            path=path,
        )
    if found.st_uid not in {0, os.geteuid()}:
        raise ConfigurationError(
            "{path} belongs to somebody else: make it this user's own.", path=path
        )
    if len(content) == KEY_BYTES:
        check_key(content, str(path))
        return {FIRST_VERSION: content}
    if not content.isascii() or b" " not in content:
        check_key(content, str(path))
    return parse_keys(content.decode("ascii"), str(path))
