"""A case says whether it has a narrative and, when it has none, why."""

import pytest

from vigia_detect.cli.narrative_texts import HEADS, REASONS, narrative_line
from vigia_detect.domain.addendum import AddendumState
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.stages.report import NarrativeReport


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("reason", NoNarrativeReason)
def test_where_there_is_none_it_says_why(reason: NoNarrativeReason, lang: str) -> None:
    absent = NarrativeReport(AddendumState.ABSENT, reason, None, None)
    line = narrative_line(absent, lang)
    assert line == f"{HEADS[lang]}: {REASONS[lang][reason]}"


def test_every_reason_has_words_of_its_own() -> None:
    for words in REASONS.values():
        assert set(words) == set(NoNarrativeReason)
        assert len(set(words.values())) == len(words)


@pytest.mark.parametrize(("lang", "word"), [("es", "sin verificar"), ("en", "verified by nobody")])
def test_what_a_machine_wrote_is_called_so(lang: str, word: str) -> None:
    assert word in narrative_line(NarrativeReport(AddendumState.TOLD, None, "x", {}), lang)
    assert word not in narrative_line(
        NarrativeReport(AddendumState.PENDING, None, None, None), lang
    )
