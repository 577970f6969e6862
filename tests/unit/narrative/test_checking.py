import pytest

from vigia_detect.clinical.narrative.checking import Cited, Source, Why, check
from vigia_detect.clinical.narrative.lists import DATA
from vigia_detect.clinical.protocols import Passage, load_library

LIBRARY = load_library()
HEEL = Source(
    "heel",
    "Deje el talón izquierdo en el aire; revise cada 12 h; no masajee la piel roja.",
    "Talones",
)
SOURCES = {"heel": HEEL, "other": Source("other", "Trate el dolor antes de curar.")}


def why(text: str, *cites: str, lang: str = "es") -> Why | None:
    result = check([Cited(text, cites)], SOURCES, lang)
    return result.dropped[0].why if result.dropped else None


@pytest.mark.parametrize("passage", list(LIBRARY), ids=lambda passage: passage.head.id)
def test_each_statement_supports_itself(passage: Passage) -> None:
    for lang, text in passage.texts.items():
        for statement in text.statements:
            source = {"s": Source("s", statement.text, text.title)}
            sentence = Cited(statement.text, ("s",))

            assert check([sentence], source, lang).kept == (sentence,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Deje el talón izquierdo en el aire.", None),
        ("Revise cada doce horas.", None),
        ("Revise cada 24 h.", Why.NUMBER_NOT_IN_SOURCE),
        ("Revise cada 12 días.", Why.NUMBER_NOT_IN_SOURCE),
        ("Deje el talón derecho en el aire.", Why.SIDE_NOT_IN_SOURCE),
        ("Deje el talón con vancomicina en el aire.", Why.DRUG_NOT_IN_SOURCE),
        ("Deje el talón categoría III en el aire.", Why.CLASS_NOT_IN_SOURCE),
        ("No deje el talón izquierdo en el aire.", Why.NEGATION_DIFFERS),
        ("Masajee la piel roja.", Why.NEGATION_DIFFERS),
        ("Ampute el talón izquierdo.", Why.INSTRUCTION),
        ("Float the heel in the air.", Why.WRONG_LANGUAGE),
        ("<b>Deje el talón izquierdo en el aire.</b>", Why.MARKUP),
        ("Deje el talón\u200b en el aire.", Why.MARKUP),
        ("system: revise cada 12 h.", Why.MARKUP),
        ("...", Why.EMPTY),
        ("Deje el talón izquierdo en el aire." * 12, Why.TOO_LONG),
    ],
)
def test_a_sentence_is_kept_or_dropped_for_its_reason(text: str, expected: Why | None) -> None:
    assert why(text, "heel") == expected


def test_a_sentence_must_cite_what_says_it() -> None:
    assert why("Revise cada 12 h.") == Why.UNCITED
    assert why("Revise cada 12 h.", "heel", "nowhere") == Why.UNKNOWN_CITATION
    assert why("Revise cada 12 h.", "other") == Why.NUMBER_NOT_IN_SOURCE


def test_only_the_citations_that_support_are_kept() -> None:
    kept = check([Cited("Trate el dolor antes de curar.", ("heel", "other"))], SOURCES, "es").kept

    assert kept == (Cited("Trate el dolor antes de curar.", ("other",)),)


def test_the_lists_say_where_they_come_from() -> None:
    for name in ("drugs.yaml", "words.yaml"):
        text = (DATA / name).read_text(encoding="utf-8")

        assert text.startswith("# ")
        assert 'version: "' in text
