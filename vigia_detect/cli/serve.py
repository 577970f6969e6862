"""`vigia serve`: the HTTP application, in a process of its own."""

import os
import sys

import typer

from vigia_detect.bootstrap import Vigia, current
from vigia_detect.cli.texts import say

PORT = 8000


def run_serve(host: str | None, port: int | None) -> None:
    """Become the process that serves; it stops at SIGINT or SIGTERM.

    Args:
        host: address to listen on; the setting's when None.
        port: likewise.

    Raises:
        DatabaseUnavailableError: the database does not answer.
        ConfigurationError: a setting or the master key is wrong.
    """
    vigia = current()
    check(vigia)
    vigia.close()
    host, port = host or vigia.settings.web_host, port or vigia.settings.web_port or PORT
    typer.echo(say(vigia.settings.lang, "serving", host=host, port=port), err=True)
    sys.stderr.flush()
    words = ["-m", "vigia_detect.api", f"--host={host}", f"--port={port}"]
    os.execv(sys.executable, [sys.executable, *words])  # noqa: S606 - our own module, no shell


def check(vigia: Vigia) -> None:
    """Raise what would stop it, while there is a command to explain it."""
    vigia.check_keys()
    vigia.store.check()
    vigia.cipher.signing_key("")
    _ = vigia.escalation_book, vigia.door
