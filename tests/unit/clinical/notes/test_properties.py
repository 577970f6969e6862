"""What holds for every note: no crash, no long wait, honest spans, no order, no language."""

import time
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigia_detect.clinical.notes import NOTE_ONLY, NoteFinding, extract
from vigia_detect.clinical.notes.lexicon import lexicon

LANGS = ("es", "en")
LONG = 20_000
SECONDS = 3.0  # far above what it takes, so that a busy machine does not fail; quadratic would be
WORDS = st.sampled_from(
    [
        *(
            "sin",
            "no",
            "niega",
            "fiebre",
            "febril",
            "afebril",
            "pus",
            "mal",
            "olor",
            "ni",
            "o",
            "y",
        ),
        *(",", ".", ";", "\n", ":", "-", "(", ")", "1/", ">", "pero", "con", "hoy", "ayer", "si"),
        *("antecedente", "de", "madre", "tiene", "PA", "88/50", "T°", "38,5", "°C", "FC", "120"),
        *("2019", "eritema", "avanza", "crepitación", "confusa", "basal", "desde", "noradrenalina"),
        *("riesgo", "foto", "rotulada", "talón", "derecho", "T4", "lesión", "medular", "99999"),
        *("not", "without", "fever", "foul", "odor", "history", "of", "her", "mother", "has", "if"),
        *("pain", "7/10", "BP", "albumin", "41", "g/L", "lactate", "mmol/L"),
    ]
)
NOTES = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=40).map(" ".join))
HOSTILE = (
    "sin ",
    "fiebre y ",
    "T ",
    "no, ",
    "1/",
    "pus ni ",
    "pa de ",
    "eritema ",
    "\n",
    "a",
    "9",
    "-> 90/50 ",
    "antecedente de ",
    "(",
    "é",
)


def said(text: str, lang: str) -> set[tuple[str, object]]:
    return {(one.field, one.value) for one in extract(text, lang)}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=NOTES, lang=st.sampled_from(LANGS))
def test_any_text_is_read_into_valid_findings(text: str, lang: str) -> None:
    fields = lexicon(lang).fields
    for one in extract(text, lang):
        assert 0 <= one.start < one.end <= len(text)
        assert isinstance(one, NoteFinding)
        if one.field in NOTE_ONLY:
            assert isinstance(one.value, bool)
        else:
            assert fields[one.field].accepts(one.value)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_note_does_not_take_long(lang: str, piece: str) -> None:
    extract("", lang)
    text = (piece * LONG)[:LONG]
    began = time.process_time()  # the machine may be busy with something else
    extract(text, lang)
    assert time.process_time() - began < SECONDS


SENTENCES = {
    "es": (
        "Febril, T° 38,7 °C.",
        "Sin mal olor ni calofríos.",
        "PA 88/50 mmHg, FC 120.",
        "Antecedente de sepsis en 2019.",
        "Confusa desde esta mañana.",
        "Exudado purulento.",
    ),
    "en": (
        "Febrile, temp 38.7 C.",
        "No foul odor or chills.",
        "BP 88/50, HR 120.",
        "History of sepsis in 2019.",
        "Confused since this morning.",
        "Purulent drainage.",
    ),
}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("joint", [" ", "\n", "\r\n\r\n"])
def test_the_order_of_sentences_does_not_matter(lang: str, joint: str) -> None:
    alone = set().union(*(said(one, lang) for one in SENTENCES[lang]))
    assert len(alone) == 10
    for order in permutations(SENTENCES[lang], 4):
        rest = [one for one in SENTENCES[lang] if one not in order]
        assert said(joint.join([*order, *rest]), lang) == alone


PAIRS = (
    ("Febril, T° 39,2 °C, con calofríos.", "Febrile, temp 39.2 °C, with chills."),
    ("Sin fiebre, calofríos ni mal olor.", "No fever, chills or foul odor."),
    ("Afebril, lúcida y orientada.", "Afebrile, alert and oriented."),
    ("PA 88/50, FC 120, FR 26, SatO2 89%.", "BP 88/50, HR 120, RR 26, SpO2 89%."),
    ("PA 92/58 (basal 130/80), PAM 62.", "BP 92/58 (baseline 130/80), MAP 62."),
    ("Confusa desde anoche.", "Confused since last night."),
    ("Confusión basal sin cambio.", "Baseline confusion, unchanged."),
    ("Se inicia noradrenalina.", "Norepinephrine started."),
    ("Exudado purulento con mal olor.", "Purulent drainage with foul odor."),
    ("Eritema perilesional de 3 cm que avanza.", "Periwound erythema of 3 cm spreading."),
    ("Crepitación y dolor desproporcionado.", "Crepitus and pain out of proportion."),
    ("Bulas hemorrágicas.", "Hemorrhagic bullae."),
    ("No cede la fiebre.", "The fever is not settling."),
    ("No se descarta sepsis.", "Sepsis cannot be ruled out."),
    ("Antecedente de sepsis.", "History of sepsis."),
    ("Madre con fiebre.", "Mother has fever."),
    ("Avisar si presenta fiebre o pus.", "Call if fever or pus."),
    ("Riesgo de sepsis.", "Risk of sepsis."),
    ("Albúmina 41 g/L, lactato 36 mg/dL.", "Albumin 41 g/L, lactate 36 mg/dL."),
    ("PCR 18 mg/dL, VHS 80 mm/h.", "CRP 18 mg/dL, ESR 80 mm/h."),
    ("Dolor EVA 8/10 en aumento.", "Pain score 8/10 and increasing."),
    ("Paraplejia T4, cefalea intensa.", "Paraplegia T4, severe headache."),
    ("Foto rotulada talón izquierdo.", "Photo labelled left heel."),
    ("Vaso expuesto, sangrado activo.", "Exposed vessel, active bleeding."),
    ("Pie frío, sin pulso pedio.", "Cold foot, no pedal pulse."),
    ("Paciente grave, ayuda.", "Severe patient, help."),
    ("Ayer febril, hoy afebril.", "Yesterday febrile, today afebrile."),
)


@pytest.mark.parametrize(("spanish", "english"), PAIRS)
def test_both_languages_say_the_same(spanish: str, english: str) -> None:
    assert said(spanish, "es") == said(english, "en")


def test_the_span_holds_the_evidence_in_the_original_text() -> None:
    text = "Señora Ñíguez: afebril. Secreción PURULENTA; T\N{MASCULINE ORDINAL INDICATOR} 37,9 °C"
    evidence = {one.field: text[one.start : one.end] for one in extract(text, "es")}
    assert evidence == {
        "symptoms.fever": "afebril",
        "lesions[].exudate_type": "PURULENTA",
        "vitals.temp_c": "T\N{MASCULINE ORDINAL INDICATOR} 37,9 °C",
    }


def test_accents_written_apart_are_read_and_keep_their_place() -> None:
    text = "calofri\N{COMBINING ACUTE ACCENT}os y crepitacio\N{COMBINING ACUTE ACCENT}n"
    first, second = extract(text, "es")
    assert (first.field, second.field) == ("symptoms.chills", "lesions[].crepitus")
    assert text[second.start : second.end] == "crepitacio\N{COMBINING ACUTE ACCENT}n"
