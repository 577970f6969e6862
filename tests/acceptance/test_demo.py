"""The newcomer's first command."""

import os
import subprocess
import sys
from pathlib import Path


def test_the_demo_shows_six_cases_and_leaves_only_pictures_of_findings(tmp_path: Path) -> None:
    folder = tmp_path / "findings"
    done = subprocess.run(
        [sys.executable, "-m", "vigia_detect.cli.main", "demo", "--findings", str(folder)],
        env={**os.environ, "VIGIA_LANG": "en", "COLUMNS": "300"},
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
    assert done.stdout.count("Picture:") == 6
    drawn = {path.name for path in folder.glob("*")}
    assert drawn == {f"DEMO-{n}.png" for n in range(1, 7) if f"/DEMO-{n}.png" in done.stdout}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.glob("*"))
