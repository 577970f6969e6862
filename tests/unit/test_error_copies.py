"""Errors cross processes and threads: a copy says the same and knows the same."""

import copy
import pickle
from collections.abc import Callable

import pytest
from error_templates import kinds

from vigia_detect import errors
from vigia_detect.cli.error_texts import error_text
from vigia_detect.errors import FieldProblem, VigiaError
from vigia_detect.phrase import Bilingual, Phrase

PROBLEMS = (
    FieldProblem("a", "is empty"),
    FieldProblem("b", Phrase("names {name} twice", name="{")),
)
SPECIAL: dict[str, VigiaError] = {
    "ChannelAwayError": errors.ChannelAwayError("{a}", a="{", slow=True),
    "ChannelTemporaryError": errors.ChannelTemporaryError("{a}", a="{", retry_after_s=3.0),
    "InvalidContextError": errors.InvalidContextError(PROBLEMS),
    "InvalidImageError": errors.InvalidImageError("code", es="es {", en="en {"),
    "InvalidPolicyError": errors.InvalidPolicyError(PROBLEMS),
    "InvalidProtocolError": errors.InvalidProtocolError(PROBLEMS),
    "NoNarrativeError": errors.NoNarrativeError("away"),
    "PermissionDeniedError": errors.PermissionDeniedError("case.read", "nobody"),
    "PoisonMessageError": errors.PoisonMessageError("not_json"),
}
WAYS: list[Callable[[VigiaError], VigiaError]] = [
    copy.copy,
    copy.deepcopy,
    lambda error: pickle.loads(pickle.dumps(error)),  # noqa: S301 - made here
]


def an_error(kind: str) -> VigiaError:
    """Return one of a kind, with a value that has braces."""
    if kind in SPECIAL:
        return SPECIAL[kind]
    made: VigiaError = getattr(errors, kind)("There is no case {case}.", case="{x}")
    return made


@pytest.mark.parametrize("kind", sorted(kinds()))
@pytest.mark.parametrize("way", WAYS, ids=["copy", "deepcopy", "pickle"])
def test_a_copy_says_the_same(kind: str, way: Callable[[VigiaError], VigiaError]) -> None:
    error = an_error(kind)
    same = way(error)
    assert type(same) is type(error)
    assert str(same) == str(error)
    assert same.__dict__ == error.__dict__
    assert same.phrase.template == error.phrase.template
    assert error_text(same, "es") == error_text(error, "es")
    assert error_text(same, "en") == error_text(error, "en")


def test_a_copied_phrase_is_the_same() -> None:
    for phrase in (Phrase("{a} {b:g}", a=Phrase("none"), b=2.5), Bilingual("a {", es="b {")):
        for same in (copy.deepcopy(phrase), pickle.loads(pickle.dumps(phrase))):  # noqa: S301
            assert (same, same.template, same.values) == (phrase, phrase.template, phrase.values)
            assert getattr(same, "es", None) == getattr(phrase, "es", None)
