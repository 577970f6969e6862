"""The `vigia` command as a person runs it, but inside this process: a start costs two seconds.

What only a process of its own can show (that it ends, what its signals do, which files it leaves
open) is tested with real ones; each group of commands has at least one such test.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner

from vigia_detect import log
from vigia_detect.bootstrap import current, installed, reset
from vigia_detect.cli.main import main

ENOUGH_S = 120


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Command:
    """Runs `vigia`, always with `words` first, in a home of its own; no other setting is known."""

    home: Path
    lang: str = "en"
    words: tuple[str, ...] = ()

    def __call__(self, *words: str, stdin: str = "", **environment: str) -> Done:
        """Run the command in this process, from its main function on, as if in a new one."""
        own: dict[str, str | None] = {name: None for name in os.environ if _is_ours(name)}
        own |= self._settings() | environment
        with (
            _as_if_new(),
            patch.object(sys, "argv", ["vigia", *self.words, *words]),
            CliRunner().isolation(stdin, env=own) as (out, err, _),
        ):
            return Done(_exit_code(), out.getvalue().decode(), err.getvalue().decode())

    def apart(self, *words: str, stdin: str = "", **environment: str) -> Done:
        """Run the command in a process of its own."""
        known = {name: value for name, value in os.environ.items() if not _is_ours(name)}
        done = subprocess.run(
            [sys.executable, "-m", "vigia_detect.cli.main", *self.words, *words],
            env={**known, **self._settings(), **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=ENOUGH_S,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def _settings(self) -> dict[str, str]:
        return {"VIGIA_HOME": str(self.home), "VIGIA_LANG": self.lang}


def _is_ours(name: str) -> bool:
    return name.startswith("VIGIA_")


def _exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:  # as at the end of a process
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


@contextmanager
def _as_if_new() -> Iterator[None]:
    """Let the command make its parts anew; then close them and undo what it set up."""
    assert not installed(), "the parts of a test would be used instead of the command's"
    with (
        patch.object(log._Level, "least", log._Level.least),
        patch.object(sys, "excepthook", sys.excepthook),
        patch.object(sys, "unraisablehook", sys.unraisablehook),
        patch.object(threading, "excepthook", threading.excepthook),
    ):
        try:
            yield
        finally:
            if installed():
                current().close()
            reset()
