import json
import re
from pathlib import Path
from typing import Any

import pytest

from vigia_detect.clinical import assess, parse_case
from vigia_detect.errors import InvalidContextError

from .expectations import failures

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE / "examples").glob("*.json"))


def answer(case: dict[str, Any]) -> dict[str, Any]:
    return assess(parse_case(case)).model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_open_example(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    want = document["expected"]
    if "exit_code" in want:
        with pytest.raises(InvalidContextError) as caught:
            parse_case(document["input"])
        assert all(word in str(caught.value) for word in want["error_names"])
        return
    out = answer(document["input"])
    assert failures(want, out) == []
    texts = "\n".join(action["text"] for action in out["actions"])
    assert not [
        pattern for pattern in want.get("text_none", []) if re.search(pattern, texts, re.IGNORECASE)
    ]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8
