"""However many questions a model raises, the list of what waits stays short."""

import io

import pytest
from rich.console import Console

from vigia_detect.cli.review import MOST_QUESTIONS, print_item
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.states import CaseState
from vigia_detect.domain.triage import Urgency
from vigia_detect.stages.review_item import Question, ReviewItem


def printed(count: int, lang: str) -> str:
    questions = tuple(Question(f"¿{n}?", f"{n}?") for n in range(count))
    item = ReviewItem(
        case_id=CaseId("01a203da"),
        overall_status=CaseState.NEEDS_REVIEW,
        urgency=Urgency.URGENT,
        may_be_grave=False,
        age_s=1.0,
        accepted_at="2026-01-01T00:00:00Z",
        why=(),
        lesions=(),
        questions=questions,
        claimed_by=None,
        claimed_until=None,
    )
    out = io.StringIO()
    print_item(item, lang, Console(file=out, width=200))
    return out.getvalue()


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_first_are_shown_and_the_others_counted(lang: str) -> None:
    said = printed(12, lang)
    assert said.count("?") == MOST_QUESTIONS
    assert f"{12 - MOST_QUESTIONS}; " in said
    assert "vigia case show 01a203da" in said


def test_few_are_all_shown() -> None:
    said = printed(MOST_QUESTIONS, "es")
    assert said.count("¿") == MOST_QUESTIONS
    assert "case show" not in said
