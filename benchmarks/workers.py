"""Worker processes of a contender: start, wait until ready, stop by pid."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

READY = "ready to work"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
HERE = Path(__file__).parent


class Workers:
    """Processes that were started for one turn of one contender."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[tuple[subprocess.Popen[bytes], Path]] = []

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start one process, which prints `READY` once it takes work."""
        log = self._folder / f"worker-{time.monotonic_ns()}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=HERE, env=_environment(environment), stdout=output, stderr=output
            )
        self._running.append((process, log))

    def wait_ready(self) -> None:
        """Return when all are ready.

        Raises:
            RuntimeError: one ended, or did not get ready in time; the text is its log.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        for process, log in self._running:
            while READY not in (text := log.read_text(errors="replace")):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"a worker is not ready:\n{text}")
                time.sleep(0.05)

    def stop(self) -> None:
        """Ask all to stop; kill what has not after some time."""
        for process, _ in self._running:
            process.terminate()
        for process, _ in self._running:
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    # This very checkout is measured; the servers' starter lives with the tests.
    folders = (HERE.parent, HERE, HERE.parent / "tests")
    return {**os.environ, **extra, "PYTHONPATH": os.pathsep.join(map(str, folders))}
