"""A question is read as the protocols would say it: accents, endings, mistakes, lay words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.adapters.knowledge.bm25 import Bm25
from vigia_detect.adapters.knowledge.question import Reader, language
from vigia_detect.adapters.knowledge.spelling import Speller, distance
from vigia_detect.adapters.knowledge.words import stems, words
from vigia_detect.clinical.protocols import load_library
from vigia_detect.clinical.protocols.library import load_synonyms


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load_library().search_texts, load_synonyms())


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [
        ("Úlceras", "ulcera", "es"),
        ("posición", "posiciones", "es"),
        ("infección", "INFECCION", "es"),
        ("turning", "turned", "en"),
        ("dressings", "dressing", "en"),
    ],
)
def test_accents_and_endings_do_not_count(one: str, other: str, lang: str) -> None:
    assert stems(one, lang) == stems(other, lang)


@pytest.mark.parametrize("text", ["categoría III", "grado 3", "LPP iii", "stage three"])
def test_a_class_is_one_word_with_its_number(text: str) -> None:
    assert words(text)[-1] == "class3"


def test_a_number_alone_is_no_class() -> None:
    assert "class3" not in words("cada 3 h")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("escara", "lesión por presión"),
        ("is it a bedsore", "pressure injury"),
        ("LPP", "lesión por presión"),
        ("UPP", "lesión por presión"),
        ("HAPI", "lesión por presión"),
        ("llagas", "lesión por presión"),
        ("mi papá está encamado", "en cama"),
        ("el pañal", "incontinencia"),
    ],
)
def test_lay_words_and_abbreviations_are_understood(reader: Reader, said: str, meant: str) -> None:
    assert meant in reader.read(said).text


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("colchom", "colchon"), ("talom", "talon"), ("matress", "mattress"), ("apocito", "aposito")],
)
def test_misspelt_words_are_repaired(reader: Reader, wrong: str, right: str) -> None:
    assert right in reader.read(f"que {wrong} uso").text.split(".")[0]


def test_known_and_short_words_are_left_alone() -> None:
    speller = Speller(["talon", "piel"])
    assert [speller.repair(word) for word in ("talon", "pel", "x9999", "zzzzz")] == [
        *("talon", "pel", "x9999", "zzzzz")
    ]


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_is_symmetric_and_zero_only_for_equals(one: str, other: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) is (one == other)


def test_a_swap_is_one_mistake() -> None:
    assert distance("talon", "talno", 2) == 1


def test_language_is_told_by_small_words() -> None:
    assert language(words("how often should I turn")) == "en"
    assert language(words("cada cuánto lo giro")) == "es"
    assert language(words("braden")) == "es"


def test_bm25_prefers_rare_words_and_short_texts() -> None:
    index = Bm25([["heel", "skin"], ["skin", "bed", "bed", "arm", "leg"], ["skin"]])
    assert index.scores({"heel": 1})[1:] == [0, 0]
    heel, _, skin = index.scores({"heel": 1, "skin": 1})
    assert heel > skin > index.scores({"skin": 1})[1] > 0


@given(st.text(max_size=60))
def test_no_question_breaks_the_reader(text: str) -> None:
    assert Reader((), ()).read(text) is not None
