"""A real language model's server: `vigia llm serve` in a process of its own, on loopback.

Ask for the fixture `llm_url` (a whole session's) or run one with `llm_server` to stop or kill it.
"""

import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from servers import ServerMissingError

STOP_S = 30


@dataclass(frozen=True, slots=True)
class LlmServer:
    """A running server."""

    url: str
    process: "subprocess.Popen[str]"
    log: IO[bytes]

    def logged(self) -> str:
        """Return what it has written about itself so far."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")


@contextlib.contextmanager
def llm_server(model: Path, mmproj: Path | None = None, **environment: str) -> Iterator[LlmServer]:
    """Serve a GGUF file until the block ends.

    Raises:
        ServerMissingError: the wheel `xllamacpp` is not there.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise ServerMissingError("the package xllamacpp is not installed")
    seeing = [] if mmproj is None else ["--mmproj", str(mmproj)]
    known = {key: value for key, value in os.environ.items() if not key.startswith("VIGIA_")}
    words = ["-m", "vigia_detect.cli.main", "llm", "serve", str(model), "--port", "0", *seeing]
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [sys.executable, *words],
            env={**known, "VIGIA_HOME": home, "OMP_NUM_THREADS": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with process:
            try:
                yield LlmServer(_url(process, log), process, log)
            finally:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_S)
                process.kill()


def _url(process: "subprocess.Popen[str]", log: IO[bytes]) -> str:
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    if not url:
        log.seek(0)
        raise RuntimeError(f"the server did not start:\n{log.read().decode(errors='replace')}")
    return url
