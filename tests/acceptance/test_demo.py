"""The newcomer's first command."""

import os
import subprocess
import sys


def test_the_demo_shows_six_processed_cases_and_leaves_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vigia_detect.cli.main", "demo"],
        env={**os.environ, "VIGIA_LANG": "en", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "6 cases processed" in done.stdout
    for number in range(1, 7):
        assert f"DEMO-{number}" in done.stdout
    assert done.stdout.count("Urgency: emergency") == 1
    assert "failed (" not in done.stdout
