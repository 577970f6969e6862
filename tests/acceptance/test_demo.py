"""The newcomer's first command."""

import os
import re
import subprocess
import sys
from pathlib import Path


def story_of_the_emergency(output: str) -> None:
    """Told, not answered, told to the next step, taken on by a named person, acted."""
    assert "Times are shortened" in output
    assert "EMERGENCY: a case needs somebody now" in output
    drawn = output[output.index("From the alert to who acted:") :]
    moments = re.findall(r"([0-9.]+) s\s+─*[●✉▲✓] (.+)", drawn)
    happened = [
        "alert opened",
        "message accepted for Enf. Ana Soto by inbox (step 1)",
        "nobody has taken it on: step 2 is told",
        "message accepted for Dr. Luis Rey by inbox (step 2)",
        "Dr. Luis Rey took it on",
        "Dr. Luis Rey acted",
    ]
    assert [what.strip() for _, what in moments] == happened
    times = [float(seconds) for seconds, _ in moments]
    assert times == sorted(times)
    assert times[2] >= 3.9


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
    story_of_the_emergency(done.stdout)
    for number in range(1, 7):
        assert f"DEMO-{number}" in done.stdout
    assert done.stdout.count("Urgency: emergency") == 1
    assert "failed (" not in done.stdout
    assert done.stdout.count("Picture:") == 6
    drawn = {path.name for path in folder.glob("*")}
    assert drawn == {f"DEMO-{n}.png" for n in range(1, 7) if f"/DEMO-{n}.png" in done.stdout}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.glob("*"))
