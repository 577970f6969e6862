"""The key-encryption key is rotated and the old one destroyed while 100 cases run."""

import os
import subprocess
import sys
import threading
import time

from acceptance.ledger import read_ledger
from acceptance.system import System, behaving, running, wait_until

from vigia_detect.adapters.db.keys import GRACE_S
from vigia_detect.adapters.keys.file import FileKeeper
from vigia_detect.domain.findings import OVERLAY
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.keys import KeyState
from vigia_detect.domain.stages import Stage

CASES, PATIENTS, BEFORE, AFTER = 100, 70, 30, 70


class Nurses(threading.Thread):
    """Submit cases one after the other; the last ones wait until the old key is gone."""

    def __init__(self, system: System) -> None:
        super().__init__(name="nurses")
        self._system = system
        self.cases: list[CaseId] = []
        self.gone = threading.Event()

    def run(self) -> None:
        while len(self.cases) < CASES:
            if len(self.cases) >= AFTER:
                self.gone.wait()
            self.cases.append(self._system.submit(len(self.cases) % PATIENTS))
            time.sleep(0.05)


def test_keys_rotate_while_100_cases_run() -> None:
    began = time.monotonic()
    with running(specs=behaving("cheap")) as system:
        nurses = Nurses(system)
        nurses.start()
        try:
            wait_until(lambda: len(nurses.cases) >= BEFORE)
            assert system.open_cases(nurses.cases)
            command(system, "rotate")
            time.sleep(GRACE_S)
            command(system, "destroy", "1")
        finally:
            nurses.gone.set()
            nurses.join()
        system.wait_all(nurses.cases, timeout_s=60)
        seconds = time.monotonic() - began
        nothing_failed(system, nurses.cases)
        everything_is_readable(system, nurses.cases)
        only_the_new_key_is_there(system)
    sys.stdout.write(f"{CASES} cases and a rotation in {seconds:.1f} s\n")


def nothing_failed(system: System, cases: list[CaseId]) -> None:
    assert len(set(cases)) == CASES
    found = read_ledger(system.settings.sql_url, cases)
    assert found.faults() == []
    assert found.exhausted == []
    assert {entry.event for entry in found.audit} & {
        "run.failed",
        "run.lost",
        "run.retried",
    } == set()


def everything_is_readable(system: System, cases: list[CaseId]) -> None:
    for number, case in enumerate(cases):
        report = system.vigia.desk.report(case, actor="test")
        assert report.patient_code == f"PAC-{number % PATIENTS:04d}"
        assert all(stage.result for stage in report.stages.values())
        assert report.stages[Stage.IMAGE_ANALYSIS].result["usable"] is True  # type: ignore[index]
        assert system.vigia.desk.attachment(case, OVERLAY, actor="test").startswith(b"\xff\xd8")


def only_the_new_key_is_there(system: System) -> None:
    assert FileKeeper(system.settings.master_key_file).versions() == (2,)
    old, new = system.vigia.key_rotation.versions()
    assert (old.state, old.wrapped) == (KeyState.DESTROYED, 0)
    assert (new.state, new.wrapped) == (KeyState.WRAPPING, PATIENTS + 2)
    command(system, "check")


def command(system: System, *words: str) -> None:
    """Run `vigia keys ...` as an operator does: a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "vigia_detect.cli.main", "keys", *words],
        env={**os.environ, **system.environment, "VIGIA_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
