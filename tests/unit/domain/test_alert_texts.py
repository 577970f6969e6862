"""What leaves the house: enough to act on, and nothing of the patient."""

import dataclasses
import json
import string
import typing
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.alert_texts import (
    BODIES,
    DRILL,
    TITLES,
    WORDS,
    Telling,
    WardCode,
    answer_text,
    compose,
    ward_code,
)
from vigia_detect.domain.button import LABELS, Button
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.ids import AlertId, CaseId
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import InvalidInputError

LANGS = ("es", "en")
names = st.text(string.ascii_letters + "áéíóúñÁÉÍÓÚÑ '", min_size=3, max_size=40)
codes = st.text(string.ascii_letters + string.digits + "-._/", min_size=3, max_size=20)
notes = st.text(min_size=3, max_size=300)
wards = st.none() | st.sampled_from(["UCI-2", "MED3", "4-NORTE"]).map(WardCode)
tellings = st.builds(
    Telling,
    notification_id=st.uuids().map(str),
    alert_id=st.uuids().map(str).map(AlertId),
    case_id=st.none() | st.uuids().map(str).map(CaseId),
    kind=st.sampled_from(AlertKind),
    severity=st.sampled_from(Urgency),
    ward=wards,
    step=st.integers(1, 9),
    drill=st.booleans(),
)


def a_telling(**changes: object) -> Telling:
    made = Telling(
        notification_id=str(uuid.uuid4()),
        alert_id=AlertId(str(uuid.uuid4())),
        case_id=CaseId(str(uuid.uuid4())),
        kind=AlertKind.EMERGENCY,
        severity=Urgency.EMERGENCY,
    )
    return dataclasses.replace(made, **changes)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", AlertKind)
def test_every_kind_says_what_it_is_about_in_both_languages(kind: AlertKind, lang: str) -> None:
    telling = a_telling(kind=kind, ward=WardCode("UCI-2"))
    message = compose(telling, lang=lang, link="https://vigia.example/a/t")
    assert message.title == TITLES[lang][kind]
    assert str(telling.case_id) in message.body
    assert "UCI-2" in message.body
    assert WORDS[lang][Urgency.EMERGENCY] in message.body
    assert message.link == "https://vigia.example/a/t"
    assert TITLES["es"][kind] != TITLES["en"][kind]
    assert BODIES["es"][kind] != BODIES["en"][kind]


def test_both_languages_have_the_same_words() -> None:
    for table in (TITLES, BODIES, WORDS, LABELS):
        assert set(table) == set(LANGS)
        assert set(table["es"]) == set(table["en"])


def test_the_alert_is_named_for_who_answers_by_command() -> None:
    telling = a_telling(case_id=None, kind=AlertKind.SYSTEM_ERROR)
    body = compose(telling, lang="es", link=None).body
    assert telling.alert_id in body
    assert WORDS["es"]["case"] not in body.splitlines()[1:]


@given(telling=tellings, lang=st.sampled_from(LANGS))
def test_a_drill_is_marked_in_title_and_body_and_nothing_else_is(
    telling: Telling, lang: str
) -> None:
    message = compose(telling, lang=lang, link=None)
    assert message.title.startswith(DRILL) == telling.drill
    assert (WORDS[lang]["drill"] in message.body) == telling.drill
    assert message.drill == telling.drill


@given(telling=tellings, lang=st.sampled_from(LANGS))
def test_every_word_comes_from_a_table_or_is_an_id(telling: Telling, lang: str) -> None:
    """Take away ids, ward and the tables' sentences: punctuation is all that may be left."""
    message = compose(telling, lang=lang, link=None)
    left = f"{message.title}\n{message.body}"
    tables = [TITLES[lang], BODIES[lang], WORDS[lang]]
    sentences = sorted((s for table in tables for s in table.values()), key=len, reverse=True)
    ids = [telling.alert_id, telling.case_id or DRILL, telling.ward or DRILL, DRILL]
    for known in [*ids, *sentences]:
        left = left.replace(known, "")
    assert not any(letter.isalnum() for letter in left)


@given(telling=tellings, code=codes, name=names, note=notes, lang=st.sampled_from(LANGS))
def test_nothing_of_a_patient_can_get_in(
    telling: Telling, code: str, name: str, note: str, lang: str
) -> None:
    """Whoever fills an id or the ward with a patient's data by mistake is refused."""
    for text in (code, name, note):
        for field in ("notification_id", "alert_id", "case_id"):
            with pytest.raises(InvalidInputError) as raised:
                compose(dataclasses.replace(telling, **{field: text}), lang=lang, link=None)
            assert (
                text not in str(raised.value)
                or text in "a notification tells ids that Vigia made, and nothing else"
            )
    for text in (name.lower(), f"{name} {code}", note.lower() + " "):
        with pytest.raises(InvalidInputError):
            compose(dataclasses.replace(telling, ward=WardCode(text)), lang=lang, link=None)


def test_no_argument_takes_free_text() -> None:
    hints = typing.get_type_hints(Telling)
    free = {name for name, kind in hints.items() if kind is str}
    assert free == {"notification_id"}  # a UUID, or it is refused
    assert set(typing.get_type_hints(compose)) == {"telling", "lang", "link", "return"}


@pytest.mark.parametrize("text", ["", "uci", "UCI 2", "-2", "UCI-", "JUAN PÉREZ", "A" * 13])
def test_a_ward_is_a_code(text: str) -> None:
    with pytest.raises(InvalidInputError, match="ward"):
        ward_code(text)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("answer", Button)
def test_an_answer_names_who_gave_it(answer: Button, lang: str) -> None:
    assert "Ana Soto" in answer_text(answer, by="Ana Soto", lang=lang)


def test_a_message_is_plain_data() -> None:
    message = compose(a_telling(), lang="es", link=None)
    assert json.loads(json.dumps(dataclasses.asdict(message)))["kind"] == "emergency"
