"""A narrative comes back from its stored form as it went in."""

import pytest

from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.narrative import CitedSentence, Narrative, NoNarrativeReason

FULL = Narrative(
    lang="es",
    description={"exudate_amount": "light"},
    contradictions=({"field": "exudate_amount"},),
    summary=(CitedSentence("El lecho es rosado.", ("F1", "stage-2")),),
    sources={"F1": "tejido: granulación 80 %"},
    dropped={"uncited": 2},
    missing={"contradictions": NoNarrativeReason.SLOW},
    made_by={"model": "tiny"},
    seconds=1.25,
)


@pytest.mark.parametrize("narrative", [FULL, Narrative(lang="en")], ids=["full", "empty"])
def test_it_comes_back(narrative: Narrative) -> None:
    assert Narrative.from_json(narrative.to_json()) == narrative


def test_a_sentence_without_a_citation_is_none() -> None:
    with pytest.raises(ValueError, match="cites"):
        CitedSentence("Texto.", ())


@pytest.mark.parametrize("key", ["lang", "summary", "missing", "seconds"])
def test_something_else_is_no_narrative(key: str) -> None:
    stored: JsonObject = FULL.to_json()
    del stored[key]
    with pytest.raises(KeyError):
        Narrative.from_json(stored)
