"""The benchmarks' own check must notice a step that is missing, doubled or foreign."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def contender(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("contender")


@pytest.fixture
def rows(contender: Any, tmp_path: Path) -> Iterator[Any]:
    rows = contender.StepRows(f"sqlite:///{tmp_path / 'rows'}")
    rows.create()
    for stage in contender.STAGES:
        rows.write("a", stage)
    yield rows
    rows.close()


def test_each_step_once_is_right(rows: Any) -> None:
    rows.check(["a"])


def test_a_step_done_twice_is_noticed(rows: Any) -> None:
    rows.write("a", "triage")
    with pytest.raises(AssertionError):
        rows.check(["a"])


def test_a_missing_case_is_noticed(rows: Any) -> None:
    with pytest.raises(AssertionError):
        rows.check(["a", "b"])


def test_a_step_of_an_unknown_case_is_noticed(rows: Any) -> None:
    rows.write("b", "triage")
    with pytest.raises(AssertionError):
        rows.check(["a"])


def test_waiting_for_more_than_there_will_be_ends(
    contender: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contender, "CASE_TIMEOUT_S", 0.05)
    rows.wait_for(1)
    with pytest.raises(TimeoutError, match="1 of 2"):
        rows.wait_for(2)
