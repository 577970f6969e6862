"""Runs a `vigia` command that may reach one address only: `only_this_server.py HOST:PORT WORDS`.

The interpreter itself asks before it connects, sends, resolves a name or starts a process, so
nothing in Python gets around it. Whatever is refused is also written to standard error.
"""

import socket
import sys
from collections.abc import Callable
from typing import Any

RESOLVES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
STARTS = {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork"}


def guard(host: str, port: int) -> Callable[[str, tuple[Any, ...]], None]:
    """Return the hook that refuses all but this name and what it stands for now."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed = {address[:2] for *_, address in found}

    def ask(event: str, args: tuple[Any, ...]) -> None:
        if event in RESOLVES and args[0] != host:
            refuse(event, args[0])
        # a path instead of a pair: a unix socket, which ends on this machine
        if event in SENDS and isinstance(args[1], tuple) and args[1][:2] not in allowed:
            refuse(event, args[1])
        if event in STARTS:
            refuse(event, args[0] if args else "")

    return ask


def refuse(event: str, what: object) -> None:
    print(f"REFUSED {event} {what}", file=sys.stderr)  # noqa: T201
    raise PermissionError(event)


if __name__ == "__main__":
    address, *words = sys.argv[1:]
    allowed_host, _, allowed_port = address.rpartition(":")
    sys.addaudithook(guard(allowed_host, int(allowed_port)))
    sys.argv = ["vigia", *words]
    from vigia_detect.cli.main import main

    main()
