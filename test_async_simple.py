#!/usr/bin/env python3
"""One case from submission to result: `python test_async_simple.py`, or under pytest.

It starts a whole system in a temporary folder (broker, workers, database), submits a drawn picture
by the façade, waits for the end, and leaves nothing behind.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from vigia_detect.cli.throwaway import throw_away_system
from vigia_detect.core.async_pipeline import async_pipeline
from vigia_detect.domain.states import CASE_ENDS
from vigia_detect.log import configure_logging
from vigia_detect.testing import draw_wound

TIMEOUT_S = 60


def submit_and_wait() -> dict[str, Any]:
    """Submit one case and return its status at the end."""
    with throw_away_system(), tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "wound.jpg"
        picture.write_bytes(draw_wound(1))
        case = async_pipeline.process_medical_case_async(
            image_path=picture,
            patient_code="PAC-001",
            patient_context={"age": 75, "diabetes": True},
        )
        return async_pipeline.wait_for_pipeline_completion(case["pipeline_id"], timeout=TIMEOUT_S)


def test_async_simple() -> None:
    """A submitted case ends, and each of its stages with it."""
    status = submit_and_wait()
    assert status["overall_status"] in CASE_ENDS
    assert status["completed_tasks"] == status["total_tasks"] == len(status["tasks_status"])
    assert not status["has_failures"]


def main() -> int:
    """Run the case and print how it ended; 0 when every stage did its work."""
    configure_logging("warning")
    status = submit_and_wait()
    print(f"{status['pipeline_id']}: {status['overall_status']} ({status['status_code']})")
    for name, task in status["tasks_status"].items():
        print(f"  {name:18} {task['state']}, attempts: {task['attempts']}")
    return 1 if status["has_failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
