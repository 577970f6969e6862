"""What a person reads of a narrative: that a machine wrote it, and why there is none."""

import string

import pytest
from told_cases import SEEN

from vigia_detect.cli.narrative_texts import TEXTS
from vigia_detect.cli.show_narrative import narrative_lines
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.narrative import CitedSentence, Narrative, NoNarrativeReason

QUESTION = {"es": "¿Cuál es correcto?", "en": "Which is right?"}
FULL = Narrative(
    lang="es",
    description=SEEN,
    contradictions=({"field": "lesion.edges", "sides": [], "question": {**QUESTION}},),
    summary=(CitedSentence("Bordes irregulares [bold].", ("F1", "stage-2")),),
    sources={"F1": "lo registrado: bordes: irregulares", "stage-2": "Categoría II"},
    dropped={"uncited": 2, "markup": 1},
    missing={"contradictions": NoNarrativeReason.SLOW},
    made_by={"model": "tiny"},
)


def shown(told: JsonObject | str, lang: str) -> str:
    return "\n".join(f"{label}: {text}" for label, text in narrative_lines(told, lang))


@pytest.mark.parametrize("lang", ["es", "en"])
def test_all_parts_are_there(lang: str) -> None:
    text = shown(FULL.to_json(), lang)
    assert QUESTION[lang] in text
    assert "Bordes irregulares [bold]. [F1, stage-2]" in text
    assert "[F1] lo registrado: bordes: irregulares" in text
    assert "tiny" in text
    assert TEXTS[lang]["dropped"].format(count=3) in text


def test_it_says_that_a_machine_wrote_it_first_of_all() -> None:
    (_, first), *_ = narrative_lines(FULL.to_json(), "es")
    assert "máquina" in first
    assert "nadie la ha verificado" in first
    (_, first), *_ = narrative_lines(FULL.to_json(), "en")
    assert "machine" in first
    assert "nobody has verified it" in first


@pytest.mark.parametrize("reason", [*NoNarrativeReason])
def test_each_reason_has_words(reason: NoNarrativeReason) -> None:
    assert shown(reason.value, "es").strip().startswith("Sin narrativa: ")
    assert shown(reason.value, "en").strip().startswith("No narrative: ")
    assert reason.value not in {TEXTS[lang][reason] for lang in TEXTS}


@pytest.mark.parametrize(
    ("lang", "words"), [("es", "escara o necrosis en el lecho: 0 %"), ("en", "edges: irregular")]
)
def test_the_description_is_in_words(lang: str, words: str) -> None:
    assert words in shown(FULL.to_json(), lang)


def test_what_cannot_be_told_is_not_shown_as_a_finding() -> None:
    assert "púrpura" not in shown(FULL.to_json(), "es")


def test_both_languages_say_the_same_things() -> None:
    es, en = TEXTS["es"], TEXTS["en"]
    assert {*es} == {*en}
    for key, text in es.items():
        assert _fields(text) == _fields(en[key]), key


def _fields(text: str) -> set[str | None]:
    return {field for _, field, _, _ in string.Formatter().parse(text)}


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_description_of_another_version_is_not_called_empty(lang: str) -> None:
    stored = Narrative(lang, description={"wound": "yes"}).to_json()
    said = dict(narrative_lines(stored, lang))[TEXTS[lang]["description"]]
    assert said == TEXTS[lang]["other_version"]
