"""Dangerous pairs never share an answer; ordinary repeats do."""

from itertools import combinations

import pytest

from vigia_detect.domain.asked import Asked, CacheRates, normal_words

# Each line: a question with a gap, and what may stand in the gap. Any two fillings are a pair
# whose answers must not be mixed: negation, class, side, number, population, drug, direction.
GAPS: list[tuple[str, tuple[str, ...]]] = [
    ("¿{} masajear la zona roja?", ("se debe", "no se debe", "nunca se debe")),
    ("paciente {} fiebre y herida con olor", ("con", "sin", "niega", "refiere")),
    ("should I {} the heel eschar", ("remove", "not remove", "never remove")),
    ("dressing {} infection", ("with", "without")),
    ("cuidados de lpp categoría {}", ("I", "II", "III", "IV", "no clasificable")),
    ("care of stage {} injury", ("1", "2", "3", "4")),
    ("qué hago con una {}", ("categoría II", "lesión de tejidos profundos", "lesión en mucosa")),
    ("talón {} con escara seca", ("derecho", "izquierdo")),
    ("{} heel purple", ("left", "right", "both")),
    ("girar cada {} h", ("2", "3", "4", "6", "12", "2,5", "25", "2.5")),
    ("braden {} qué riesgo", ("12", "13", "15", "16")),
    ("turn every {} hours", ("2", "3", "4")),
    ("PAM {} 65", ("<", ">", "≤", "≥")),
    ("temperatura {}8,3", ("3", "+", "-")),
    ("proteína para {}", ("adulto", "niño", "neonato", "adulto mayor")),
    ("pain scale for {}", ("adults", "children", "newborns", "ventilated adults")),
    ("dosis de {}", ("morfina", "paracetamol", "ketamina", "vitamina a", "vitamina")),
    ("clean with {}", ("saline", "povidone", "chlorhexidine", "tap water")),
    ("pasa de categoría {}", ("II a III", "III a II")),
    ("turn {} dressing", ("before", "after")),
    ("{} desbridar evaluar perfusión", ("antes de", "después de")),
    ("úlcera en el {}", ("año", "ano")),
    ("1{}500 kcal", (",", ".", "")),
    ("vitamina D 5 {}", ("g", "mg", "µg", "ml", "gotas")),
    ("mojar 5{} cada día", ("'", '"', " h", "½ h", "²", "³")),
    ("son {}5 mg", ("", ".", ",", "0", "\N{MINUS SIGN}")),
    ("girar 2{}4 h", ("-", " ", ":", "/", "\N{MULTIPLICATION SIGN}")),
    ("{} exudado, qué apósito", ("↑", "↓", "±", "¬", "❌")),
    ("lpp estadio {}", ("Ⅱ", "Ⅲ", "②", "③", "")),
    ("{} bloqueador", ("\N{GREEK SMALL LETTER ALPHA}", "β", "")),
    ("curar herida{} infectada", (" no", ", no", " no,", ", sin", " (no)")),
    ("{} desbrido la escara", ("sí", "si", "no", "no,")),
    ("sin {} puede sentarse", ("él", "ella", "el yeso", "la sonda")),
    ("apósito {} del baño", ("antes", "después", "en vez")),
    ("insulin {} before turning", ("10 IU", "10 mL", "1.0 mL", "1,0 mL", "10 U/mL")),
    ("{} en sonda vesical", ("♂", "♀", "niña", "niño", "adulta")),
]
PAIRS = [
    (gap.format(one), gap.format(other))
    for gap, words in GAPS
    for one, other in combinations(words, 2)
]
REPEATS = [
    ("¿Cada cuánto girar al paciente?", "cada cuanto girar al paciente"),
    ("Cada cuánto girar al paciente, por favor", "CADA CUÁNTO   GIRAR AL PACIENTE"),
    ("Hola, ¿qué apósito en la categoría II?", "que aposito en categoria II"),
    ("What dressing for the stage 2 injury?", "what dressing for stage 2 injury please"),
    ("Braden 12: ¿qué riesgo?", "braden 12 que riesgo"),
    ("PAM < 65", "pam <65"),
    ("talón negro, seco: ¿qué hago?", "talon negro seco que hago"),
    ("¿No se puede girar?", "no se puede girar."),
    ("Hola, ¿sin sonda se evalúa? Gracias", "sin sonda se evalua"),
    ("cada 2\N{EN DASH}4 h", "cada 2-4 h"),
    ("LPP (talón)", "lpp talón"),
    ("¡Escara en el talón!", "escara en talon"),
    ("¿Puedo usar el picarón?", "puedo usar picaron"),
    ("dolor ≥ 7", "dolor ≥7"),
]


def asked(question: str, **changed: str) -> Asked:
    fields = {"lang": "es", "knowledge_version": "k1", "answerer": "m1", **changed}
    return Asked(question, **fields)


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 100
    assert len(set(PAIRS)) == len(PAIRS)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_dangerous_pair_never_shares(one: str, other: str) -> None:
    assert asked(one).name != asked(other).name


@pytest.mark.parametrize(("one", "other"), REPEATS)
def test_an_ordinary_repeat_shares(one: str, other: str) -> None:
    assert asked(one).name == asked(other).name
    assert asked(one).shareable


@pytest.mark.parametrize(
    "changed",
    [
        {"lang": "en"},
        {"knowledge_version": "k2"},
        {"answerer": "m2"},
        {"class_": "stage_2"},
        {"population": "neonate"},
    ],
)
def test_everything_else_must_be_equal_too(changed: dict[str, str]) -> None:
    assert asked("dolor").name != asked("dolor", **changed).name


@pytest.mark.parametrize(
    "question",
    [
        *("paciente 12.345.678-5 con escara", "RUN 12345678-k", "ficha 904512 braden"),
        *("llamar al +56 9 8765 4321", "operada el 12/03/2026", "maria@hospital.cl", "", "¿?"),
    ],
)
def test_what_may_point_to_a_person_is_never_kept(question: str) -> None:
    assert not asked(question).shareable


def test_letters_of_spanish_are_kept_apart() -> None:
    assert normal_words("¿Niño?") == ("niño",)


def test_no_question_is_no_rate() -> None:
    assert CacheRates(0, 0).hit_rate is None
    assert CacheRates(1, 3).hit_rate == 0.25
