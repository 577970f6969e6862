"""Where an embedded broker lives.

home/valkey/           append-only file, and the lock that a live server holds
home/run/              configuration, pid file, socket, password (only with a port)
home/logs/broker.log
"""

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vigia_detect.errors import ConfigurationError, StorageFullError
from vigia_detect.files import create_once, private_dir
from vigia_detect.phrase import Phrase

# A socket's address holds 108 bytes on Linux and 104 on macOS, one of them the closing zero.
MAX_SOCKET_PATH_BYTES = 103


class Place:
    """The folders and files of one home's broker, which no other user can enter."""

    def __init__(self, home: Path) -> None:
        home = home.absolute()
        self.run = home / "run"
        self.data = home / "valkey"
        self.log_file = home / "logs" / "broker.log"
        self.config_file = self.run / "valkey.conf"
        self.pid_file = self.run / "broker.pid"

    def make(self) -> None:
        """Make the folders."""
        for folder in (self.run, self.data, self.log_file.parent):
            private_dir(folder)

    def socket(self) -> Path:
        """Return the socket's path: in a short private folder when the home's is too long.

        Raises:
            ConfigurationError: the home cannot be used, or no path is short enough.
            StorageFullError: no room is left.
        """
        path = self.run / "broker.sock"
        if _fits(path):
            return path
        path = self._short_folder() / "broker.sock"
        if not _fits(path):
            raise ConfigurationError(
                "{path} is too long for a socket; set TMPDIR to a short one", path=path
            )
        return path

    def password(self) -> str:
        """Return this home's password for the port; the first to ask makes it."""
        with clear_errors():
            private_dir(self.run)
            return create_once(self.run / "broker.password", secrets.token_urlsafe(32))

    def recorded_pid(self) -> int | None:
        """Return what the server's pid file says; it may be stale."""
        with contextlib.suppress(OSError, ValueError):
            return int(self.pid_file.read_text())
        return None

    @contextlib.contextmanager
    def lock(self) -> Iterator[int | None]:
        """Yield the open, locked lock file of the data; None while another process holds it."""
        handle = os.open(self.data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield handle
        finally:
            os.close(handle)

    def _short_folder(self) -> Path:
        """Return the folder recorded for this home; make a new one when it is gone."""
        record = self.run / "socket-dir"
        with clear_errors():
            private_dir(self.run)
            if record.exists() and not _is_private(Path(record.read_text())):
                record.unlink()
            if not record.exists():
                fresh = tempfile.mkdtemp(prefix="vigia-")
                if create_once(record, fresh) != fresh:
                    Path(fresh).rmdir()
            return Path(record.read_text())


@contextlib.contextmanager
def clear_errors() -> Iterator[None]:
    """Turn what the file system says into what an operator can act on."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFullError(
                "no room for the embedded broker's files: {why}", why=Phrase.of(error)
            ) from error
        raise ConfigurationError(
            "the embedded broker's files cannot be used: {why}", why=Phrase.of(error)
        ) from error


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES


def _is_private(folder: Path) -> bool:
    """Tell whether it is a folder that this user owns and nobody else can enter."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    mine = found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == stat.S_IRWXU
    return stat.S_ISDIR(found.st_mode) and mine
