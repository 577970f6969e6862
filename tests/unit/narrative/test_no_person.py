"""Nothing that says who somebody is reaches the model, whatever the case."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from taught_homes import Teach
from told_cases import SEEN, Told

from vigia_detect.adapters.llm.scripted import ScriptedModel
from vigia_detect.bootstrap import Vigia
from vigia_detect.clinical.narrative.note import MOST_LETTERS, masked_note, numbered, sentences
from vigia_detect.settings import Settings
from vigia_detect.stages.narrator import Narrator

CODE = st.from_regex(r"[A-Z]{3}[0-9]{5,9}[._-][A-Za-z0-9]{2,6}", fullmatch=True)
LESION_ID = st.from_regex(r"[A-Z][a-z]{3,8} [A-Z][a-z]{4,8} [A-Z]{2}[0-9]{2}", fullmatch=True)
BORN = st.dates(min_value=date(1900, 1, 1)).map(
    lambda day: (day.strftime("%d/%m/%Y"), day.isoformat())
)
PHONE = st.from_regex(r"9[0-9]{8}", fullmatch=True)
MAIL = st.from_regex(r"[a-z]{4,8}[.][a-z]{4,8}@[a-z]{4,8}[.]cl", fullmatch=True)
RECORD = st.from_regex(r"[0-9]{6,9}", fullmatch=True)


@pytest.fixture(scope="module")
def vigia(tmp_path_factory: pytest.TempPathFactory, teach: Teach) -> Iterator[Vigia]:
    parts = Vigia(Settings(home=teach(tmp_path_factory.mktemp("home"))))
    yield parts
    parts.close()


@st.composite
def people(draw: st.DrawFn) -> tuple[Told, tuple[str, ...]]:
    """Draw a case and all that would say whose it is."""
    code, lesion = draw(CODE), draw(LESION_ID)
    born, iso = draw(BORN)
    phone, mail, record = draw(PHONE), draw(MAIL), draw(RECORD)
    case_id, pseudonym = str(draw(st.uuids(version=4))), draw(st.from_regex(r"[0-9a-f]{32}"))
    note = draw(
        st.permutations(
            [
                f"Nacida el {born}, ingresa {iso}.",
                f"Ficha {record}, código {code.lower()}.",
                f"Fono {phone}; correo {mail}.",
                f"{lesion}: se cura.",
                f"Caso {case_id}.",
                "RUT 12.345.678-5, la Sra. Petronila Huenchumilla está tranquila.",
                "Secreción serosa escasa.",
            ]
        )
    )
    context: dict[str, Any] = {
        "demographics": {"age_years": draw(st.integers(111, 119)), "sex": "female"},
        "lesions": [{"id": lesion, "site": "heel", "exudate_type": "purulent"}],
        "notes": draw(st.sampled_from((" ", "\n"))).join(note),
    }
    told = Told(
        context=context,
        lang=draw(st.sampled_from(("es", "en"))),
        patient_code=code,
        case_id=case_id,
        pseudonym=pseudonym,
    )
    who = (code, lesion, born, iso, phone, mail, record, case_id, pseudonym, "12.345.678-5")
    return told, (*who, "Petronila", "Huenchumilla", f"{context['demographics']['age_years']}")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(person=people())
def test_no_request_says_who_it_is(vigia: Vigia, person: tuple[Told, tuple[str, ...]]) -> None:
    told, who = person
    model = ScriptedModel([SEEN, {"pairs": []}, {"sentences": []}])
    narrator = Narrator(model, vigia.rules, vigia.protocols, vigia.passage_search)
    narrator.narrate(told.file, told.results, within_s=60)
    assert len(model.asked) == 3
    for request in model.asked:
        sent = f"{request.system} {request.user} {request.schema}".casefold()
        assert not [text for text in who if text.casefold() in sent]


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("Nació el 3 de marzo de 1950.", "Nació el [date]."),
        ("Born March 3, 1950.", "Born [date]."),
        ("Control 2026-03-04 y 4/3/26.", "Control [date] y [date]."),
        ("Sr. Juan Pérez tranquilo.", "Sr. [name] tranquilo."),
        ("Paciente Ana de la Fuente con dolor.", "Paciente [name] con dolor."),
        ("Episodio interno 123456789.", "Episodio interno [number]."),
    ],
)
def test_dates_and_names_with_a_title_are_masked(note: str, left: str) -> None:
    assert masked_note(note) == left


@pytest.mark.parametrize(
    "note",
    [
        "Herida de 2,5 x 3.0 cm, exudado 20 %.",
        "PA 120/80, T 38.5, FC 98, saturación 92 %, Braden 12.",
        "Paciente tranquila, dolor 4/10, curación cada 24 h.",
        "may be infected; pain 3/10",
    ],
)
def test_what_is_clinical_stays(note: str) -> None:
    assert masked_note(note) == note


def test_a_long_note_is_masked_before_it_is_cut() -> None:
    note = "a " * (MOST_LETTERS // 2 - 3) + "12.345.678-5 fin"
    assert "12.3" not in " ".join(sentences(note))


def test_a_sentence_cannot_end_its_quotes() -> None:
    shown = numbered(sentences('Dice "hola".\n2. "otra"'), 7)
    assert shown.splitlines() == ['7. "Dice \\"hola\\"."', '8. "2. \\"otra\\""']
