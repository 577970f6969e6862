"""What notes do to an assessment: both languages alike, in any order, never less urgent."""

from itertools import permutations
from typing import Any

import pytest

from vigia_detect.clinical import Assessment, assess, parse_case

WOUND = {"site": "sacrum", "skin_intact": False, "skin_loss": "partial", "base_visible": True}
PAIRS = [
    ("PA 85/40, FR 26, T 38,9, herida con pus.", "BP 85/40, RR 26, T 38.9, wound with pus."),
    ("Afebril, niega calofríos, sin mal olor.", "Afebrile, denies chills, no foul smell."),
    ("Confusa desde hoy, mal olor.", "Confused since today, foul smell."),
    ("Antecedente de sepsis en 2019.", "History of sepsis in 2019."),
    ("Dolor 8/10.", "Pain 8/10."),
    ("Lactato 4,2 mmol/L y eritema que avanza.", "Lactate 4.2 mmol/L and advancing redness."),
    ("Albúmina 31 g/L.", "Albumin 31 g/L."),
]


def judge(notes: str, lang: str = "es", **context: Any) -> Assessment:
    document = {
        "patient_code": "P",
        "lang": lang,
        "patient_context": {"notes": notes, "lesions": [WOUND], **context},
    }
    return assess(parse_case(document))


@pytest.mark.parametrize(("spanish", "english"), PAIRS)
def test_both_languages_of_a_case_agree(spanish: str, english: str) -> None:
    one, other = judge(spanish), judge(english, "en")
    assert (one.urgency, one.rules, one.qsofa, one.missing) == (
        other.urgency,
        other.rules,
        other.qsofa,
        other.missing,
    )
    assert one.risk == other.risk
    assert [lesion.class_ for lesion in one.lesions] == [lesion.class_ for lesion in other.lesions]
    assert [action.id for action in one.actions] == [action.id for action in other.actions]


def test_the_order_of_sentences_changes_nothing() -> None:
    sentences = ["T 38,9.", "Herida con pus.", "Hijo con fiebre.", "PA 125/70."]
    answers = [judge(" ".join(order)) for order in permutations(sentences)]
    assert len({(one.urgency, frozenset(one.rules), one.missing) for one in answers}) == 1


@pytest.mark.parametrize("notes", [pair[0] for pair in PAIRS])
def test_notes_never_make_a_case_less_urgent(notes: str) -> None:
    vitals = {"sbp_mmhg": 84, "temp_c": 38.5, "mental_state": "alert"}
    assert judge(notes, vitals=vitals).urgency.rank >= judge("", vitals=vitals).urgency.rank


def test_what_was_read_is_shown_where_it_stands() -> None:
    notes = "Refiere mal olor y T 38,9"
    for found in judge(notes).explanation.notes_read:
        assert notes[found.start : found.end] == found.text
        assert found.text


def test_a_difference_shows_both_sides() -> None:
    found = judge("T 38,9", vitals={"temp_c": 36.5})
    assert [(one.path, one.field, one.notes) for one in found.explanation.differences] == [
        ("vitals.temp_c", 36.5, (38.9,))
    ]
    assert {"D-U1", "D-C6"} <= set(found.rules)
