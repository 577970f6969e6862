from pathlib import Path

import pytest

from vigia_detect.supervisor import (
    ProcessState,
    ProcessStatus,
    RestartPolicy,
    Snapshot,
    read_status,
)
from vigia_detect.supervisor.status import write_status


def test_the_pause_doubles_to_its_cap() -> None:
    policy = RestartPolicy(first_s=0.25, cap_s=30.0)
    assert [policy.spacing_s(deaths) for deaths in (1, 2, 3, 7, 8, 5000)] == [
        0.25, 0.5, 1.0, 16.0, 30.0, 30.0,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"processes": [{"state": "?"}]}'])
def test_a_broken_status_file_is_no_status(tmp_path: Path, text: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "supervisor.json").write_text(text)
    assert read_status(tmp_path) is None


def test_a_status_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    process = ProcessStatus(
        name="worker",
        state=ProcessState.RESTARTING,
        crash_loop=True,
        pid=None,
        started_at=1.5,
        uptime_s=None,
        restarts=7,
        rss_bytes=None,
        last_exit=-9,
        problem="la ñ",
        log_file="/x",
        serves=("a",),
    )
    snapshot = Snapshot(pid=2**22 + 1, taken_at=3.0, stopping=False, processes=(process,))
    write_status(tmp_path, snapshot)
    assert read_status(tmp_path) == snapshot
    assert not snapshot.current()
