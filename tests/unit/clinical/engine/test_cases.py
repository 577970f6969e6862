from pathlib import Path
from typing import Any

import pytest
import yaml

from vigia_detect.clinical import assess, parse_case

from .expectations import failures

HERE = Path(__file__).parent
CASES = [
    pytest.param(case, id=f"{path.stem}/{name}")
    for path in sorted((HERE / "cases").glob("*.yaml"))
    for name, case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"].items()
]


@pytest.mark.parametrize("case", CASES)
def test_case_worked_out_by_hand(case: dict[str, Any]) -> None:
    document = {
        "patient_code": "P",
        "lang": case.get("lang", "es"),
        "patient_context": case["context"],
        "image_analysis": case.get("image"),
    }
    out = assess(parse_case(document)).model_dump(mode="json", by_alias=True)
    assert failures(case["expected"], out) == []
