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


FINDINGS = {
    "f1": Source("f1", "Lesión 1: talón izquierdo, categoría III por confirmar, 3,5 cm de largo."),
    "f2": Source("f2", "Lesión 2: sacro, categoría II, sin esfacelo, dolor 4 de 10."),
    "f3": Source("f3", "Braden 12: riesgo alto."),
    "f4": Source("f4", "Left heel: suspected deep tissue injury, intact skin, no odour."),
}


@pytest.mark.parametrize(
    "text",
    [
        "La lesión 1 está en el talón derecho.",
        "La lesión 1 es de categoría III.",  # nobody confirmed it
        "La lesión 2 es de categoría III.",
        "La lesión 1 mide 35 cm de largo.",
        "La lesión 1 mide 3 cm de largo.",
        "La lesión 1 mide 3,5 mm de largo.",
        "El sacro tiene esfacelo.",
        "El sacro no tiene dolor.",
        "El sacro tiene dolor 10 de 4.",
        "El sacro tiene dolor 6 de 10.",
        "El talón izquierdo es de categoría II.",
        "El sacro es de categoría III por confirmar.",
        "Braden 12: riesgo bajo.",
        "Braden doce: riesgo moderado.",
        "Braden 21: riesgo alto.",
        "La lesión 1, del sacro, es de categoría II.",
        "La lesión 2 tiene menos de 10 de dolor.",
        "Riesgo alto: administre morfina.",
        "No avise a nadie.",
    ],
)
def test_a_finding_said_otherwise_is_dropped(text: str) -> None:
    assert check([Cited(text, ("f1", "f2", "f3"))], FINDINGS, "es").kept == ()


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("La lesión 1 está en el talón izquierdo y es de categoría III por confirmar.", "es"),
        ("El sacro es de categoría II, sin esfacelo y con dolor 4 de 10.", "es"),
        ("El riesgo es alto, con Braden 12.", "es"),
        ("The left heel has a suspected deep tissue injury with intact skin.", "en"),
        ("There is no odour at the left heel, suspected deep tissue injury.", "en"),
    ],
)
def test_a_finding_in_other_words_is_kept(text: str, lang: str) -> None:
    assert check([Cited(text, tuple(FINDINGS))], FINDINGS, lang).dropped == ()


@pytest.mark.parametrize(
    "text",
    [
        "The right heel has a suspected deep tissue injury.",
        "The left heel has a deep tissue injury.",
        "The left heel has odour, suspected deep tissue injury.",
        "The left heel has no intact skin, suspected deep tissue injury.",
    ],
)
def test_an_english_finding_said_otherwise_is_dropped(text: str) -> None:
    assert check([Cited(text, ("f4",))], FINDINGS, "en").kept == ()
