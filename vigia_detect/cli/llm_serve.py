"""A language model on this machine, in a process of its own."""

import contextlib
import signal
import threading
from pathlib import Path

import typer

from vigia_detect.bootstrap import current, serve_model
from vigia_detect.cli.llm_texts import say


def serve(model: Path, *, mmproj: Path | None, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; the first line printed is the server's address.

    Raises:
        ConfigurationError: llama.cpp is not installed.
        InvalidOptionError: it cannot be served like this.
    """
    settings, stop = current().settings, threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    served = serve_model(settings, model, mmproj=mmproj, host=host, port=port)
    with contextlib.closing(served):
        typer.echo(served.base_url)
        typer.echo(say(settings.lang, "serving", url=served.base_url, slots=settings.llm_slots))
        stop.wait()
