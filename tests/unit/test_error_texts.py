"""Every text of an error can be told in Spanish, with what stands in it."""

import os
import re
from enum import StrEnum
from string import Formatter

import pytest
from error_templates import found_in, kinds, sources
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect import errors
from vigia_detect.cli.error_texts import error_text, phrase_text, read_catalogue
from vigia_detect.domain.states import CaseState
from vigia_detect.errors import (
    ConfigurationError,
    FieldProblem,
    InvalidContextError,
    InvalidImageError,
    NotFoundError,
    WaitTimeoutError,
)
from vigia_detect.phrase import Phrase

CATALOGUE = read_catalogue()
PAIRS = [(pair["en"], pair["es"]) for part in CATALOGUE.values() for pair in part]
OURS = {pair["en"] for pair in CATALOGUE["ours"]}
REASONS = {errors.__dict__[kind].reason for kind in kinds() if kind.startswith("Model")}
"""Each kind of refusal of a language model; `vigia llm check` tells them."""
ENGLISH = re.compile(r"\b(the|is|are|not|must|cannot|there|was|with|this|does|has|it|to)\b")
NAMES = re.compile(r"`[^`]*`|--[\w-]+|\{[^}]*\}|true or false")
"""What is the same in every language: names, commands, what a user types."""


def placeholders(template: str) -> set[tuple[str, str | None, str | None]]:
    if "{" not in template:  # a brace of a text without values is a brace
        return set()
    return {(name, spec, way) for _, name, spec, way in Formatter().parse(template) if name}


def has_words(template: str) -> bool:
    return re.search(r"[^\W\d_]", re.sub(r"\{[^}]*\}", "", template)) is not None


def test_each_text_is_a_literal_that_stands_in_the_catalogue_and_nothing_else_does() -> None:
    found = [found_in(name, source) for name, source in sources()]
    assert [place for one in found for place in one.missing] == []
    templates = {text for one in found for text in one.templates if has_words(text)} | REASONS
    assert templates - OURS == set(), "these have no Spanish in cli/errors_es.yaml"
    assert OURS - templates == set(), "no error says these any more"


@pytest.mark.parametrize(
    "line",
    [
        'raise NotFoundError(f"There is no {x}.")',
        'raise NotFoundError("There is no " + x)',
        'raise self._kind(f"There is no {x}.")',
        "raise NotFoundError(str(error))",
        "raise ChannelAwayError(text(x))",
        'raise NotFoundError("{x}", x=f"no {y}")',
        'raise NotFoundError("{x}", x=y or "none")',
        'FieldProblem("place", "no {x}".format(x=x))',
        'FieldProblem("place", "is wrong", ", ".join(known))',
        'Phrase(f"{x}")',
        'raise BadNoteError(f"{x}")',
        'raise ValueError(f"Phrase {x}")',
    ],
)
def test_a_text_that_nobody_could_tell_in_spanish_is_found(line: str) -> None:
    assert len(found_in("vigia_detect.files", f"def some(x, y):\n    {line}").missing) == 1


def test_a_new_text_is_found() -> None:
    line = 'raise NotFoundError("There is no such {thing}.", thing=x)'
    found = found_in("vigia_detect.files", line)
    assert found.missing == []
    assert found.templates - OURS == {"There is no such {thing}."}


def test_the_catalogue_is_sorted_and_says_each_thing_once() -> None:
    for part in CATALOGUE.values():
        english = [pair["en"] for pair in part]
        assert english == sorted(set(english))
    assert len({english for english, _ in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize(("english", "spanish"), PAIRS, ids=range(len(PAIRS)))
def test_both_sides_have_the_same_placeholders_and_no_english_is_left(
    english: str, spanish: str
) -> None:
    assert placeholders(english) == placeholders(spanish)
    assert not ENGLISH.search(NAMES.sub("", spanish))
    assert english.endswith(".") == spanish.endswith(".")


@given(st.sampled_from(PAIRS), st.text(min_size=1), st.integers(1, 10**6))
def test_values_stand_in_both_as_they_are(pair: tuple[str, str], text: str, number: int) -> None:
    fields = placeholders(pair[0])
    values = {name: number if spec else "{" + text + "}" for name, spec, _ in fields}
    error = ConfigurationError(pair[0], **values)
    assert str(error) == (pair[0].format(**values) if values else pair[0])
    told = error_text(error, "es")
    for name, spec, way in fields:
        assert (
            f"{{{name}{'!' + way if way else ''}{':' + spec if spec else ''}}}".format(**values)
            in told
        )


def test_a_text_with_braces_and_without_values_is_taken_as_it_is() -> None:
    assert str(NotFoundError("{x} } {")) == error_text(NotFoundError("{x} } {"), "es") == "{x} } {"


def test_what_stands_in_a_text_is_told_too() -> None:
    why = PermissionError(13, "Permission denied")
    inner = ConfigurationError("{name}: cannot be read ({why})", name="a", why=Phrase.why(why))
    outer = ConfigurationError("{place}: {why}", place="{b}", why=Phrase.of(inner))
    assert str(outer) == "{b}: a: cannot be read (Permission denied)"
    assert error_text(outer, "en") == str(outer)
    assert error_text(outer, "es") == "{b}: a: no se puede leer (permiso denegado)"


def test_a_state_is_told_in_words() -> None:
    error = WaitTimeoutError(
        "Case {case} is still {state} after {seconds:g} s; it goes on. "
        "Look again with `vigia wait`.",
        case="c",
        state=CaseState.PROCESSING,
        seconds=2.5,
    )
    assert "c is still processing after 2.5 s" in str(error)
    assert "c sigue «en curso» después de 2.5 s" in error_text(error, "es")


def test_every_problem_of_a_field_is_told() -> None:
    problems = (
        FieldProblem("a.b", "unknown field", Phrase("did you mean {name}?", name="a.c")),
        FieldProblem("d", Phrase("code {code}: {why}", code="{7}", why=Phrase("unknown"))),
    )
    error = InvalidContextError(problems)
    assert str(error) == "a.b: unknown field (did you mean a.c?); d: code {7}: unknown"
    told = "a.b: campo desconocido (¿quiso decir a.c?); d: código {7}: desconocido"
    assert error_text(error, "es") == told


def test_a_picture_is_refused_in_its_own_words() -> None:
    error = InvalidImageError("empty", es="vacía {", en="empty {")
    assert (error_text(error, "es"), error_text(error, "en")) == ("vacía {", "empty {")


@pytest.mark.parametrize(
    "error",
    [FileNotFoundError(2, "No such file or directory", "/a{b}"), OSError(28, os.strerror(28))],
)
def test_what_the_system_says_is_told(error: OSError) -> None:
    phrase = Phrase.of(error)
    assert phrase == str(error)
    told = phrase_text(phrase, "es")
    assert phrase_text(Phrase.why(error), "es") in told
    assert str(error.strerror) not in told


def test_what_the_system_says_is_spelt_as_it_does() -> None:
    known = {os.strerror(number) for number in range(1, 135)}
    said = [pair["en"] for pair in CATALOGUE["others"]]
    assert len(known & set(said)) > 20


class Unknown(StrEnum):
    """A code that has no words."""

    SOME = "some_code"


def test_what_nobody_has_translated_stays() -> None:
    assert phrase_text(Phrase("{a} {b}", a="x", b=Unknown.SOME), "es") == "x some_code"
    assert phrase_text("plain", "es") == "plain"
    assert phrase_text(Phrase.of(KeyError("k")), "es") == "'k'"
