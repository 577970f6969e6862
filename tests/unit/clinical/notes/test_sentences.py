"""The labelled sentences: the thresholds of issue 3, and every sentence of the develop half."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[4]
EMERGENCY_FOUND = 0.97
FALSE_ALARMS = 0.03


def load_measure() -> ModuleType:
    path = ROOT / "scripts" / "measure_notes.py"
    spec = importlib.util.spec_from_file_location("measure_notes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure_notes"] = module
    spec.loader.exec_module(module)
    return module


measure_notes = load_measure()


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_set_is_large_and_hard_enough(lang: str) -> None:
    rows = [row for half in measure_notes.HALVES for row in measure_notes.sentences(half, lang)]
    assert len(rows) >= 200
    assert sum(bool(row["never"]) for row in rows) >= 80
    assert len({row["text"] for row in rows}) == len(rows)


@pytest.mark.parametrize("half", measure_notes.HALVES)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_emergency_red_flags_are_found(half: str, lang: str) -> None:
    assert measure_notes.measure(half, lang).share("emergency") >= EMERGENCY_FOUND


@pytest.mark.parametrize("half", measure_notes.HALVES)
def test_denied_past_and_other_peoples_findings_raise_no_alarm(half: str) -> None:
    assert measure_notes.measure(half).false_alarms() <= FALSE_ALARMS


def test_a_reader_that_finds_nothing_or_everything_would_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measure_notes, "extract", lambda *_: ())
    assert measure_notes.measure("develop").share("emergency") < EMERGENCY_FOUND


def test_the_reference_page_is_what_was_measured() -> None:
    assert measure_notes.PAGE.read_text(encoding="utf-8") == measure_notes.page()
