"""Compares observers pair by pair in plain code: what cannot both be true is asked of a person.

A contradiction never decides anything: not who is right, nor class or urgency. The distances are
engineering choices, wide enough that two careful people seldom cross them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

from vigia_detect.clinical.narrative.case_words import (
    LANGS,
    field_word,
    measure_word,
    origin_word,
    path_of,
    template,
)
from vigia_detect.clinical.narrative.view import ANYTHING, Origin, Span, View
from vigia_detect.clinical.output import Difference
from vigia_detect.domain.case import Json, JsonObject

APART: Final = 24.5
"""Percentage points between two shares from which they contradict each other."""
SIZE_FACTOR: Final = 1.5
RANKS: Final[Mapping[str, Mapping[str, int]]] = {
    "exudate_amount": {"none": 0, "light": 1, "moderate": 2, "heavy": 3},
    # pus or murky fluid against clear or bloody
    "exudate_type": {
        **dict.fromkeys(("serous", "serosanguineous", "sanguineous"), 0),
        **dict.fromkeys(("seropurulent", "purulent", "dishwater"), 2),
    },
    # pink is left out: it lies between normal and red
    "colour": {
        **dict.fromkeys(("normal", "pale"), 0),
        **dict.fromkeys(("red", "bright_red"), 2),
        **dict.fromkeys(("purple", "maroon"), 4),
        "black": 6,
    },
    "blister": {"none": 0, "serum": 2, "blood": 4},
    "edges": {"defined": 0, "irregular": 0, "epithelialising": 0, "rolled": 2},
}
YES_NO: Final = {"no": 0, "yes": 2}
FAR: Final = 2
# The rules rest on the fields and the note: between those there is nothing to compare.
# Field and note are compared by the rules, which list their differences (D-C6).
SAME_ROOT: Final = frozenset({Origin.RECORDED, Origin.NOTE, Origin.RULES})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the sides: who says it, and what, in Spanish and English."""

    origin: Origin
    es: str
    en: str

    def text(self, lang: str) -> str:
        """Return what is said."""
        return self.en if lang == "en" else self.es

    def line(self, lang: str) -> str:
        """Return who says what."""
        return template("side", lang, who=origin_word(self.origin, lang), what=self.text(lang))


Apart: TypeAlias = tuple[str, tuple[Side, Side]]
"""A field, and two sides of which one must be wrong."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Findings of one thing that cannot all be right.

    Attributes:
        sides: two or more.
        found_by: `comparison`, plain code; `model`, a language model.
        question: for the reviewer, by language.
    """

    field: str
    sides: tuple[Side, ...]
    found_by: str
    question: Mapping[str, str]

    def to_json(self) -> JsonObject:
        """Return it as a narrative holds it."""
        sides: list[Json] = [
            {"origin": side.origin.value, "es": side.es, "en": side.en} for side in self.sides
        ]
        question: JsonObject = {lang: self.question[lang] for lang in LANGS}
        return {
            "field": self.field,
            "found_by": self.found_by,
            "sides": sides,
            "question": question,
        }


def compare(views: Sequence[View], listed: Iterable[Difference]) -> tuple[Contradiction, ...]:
    """Return what observers say who do not rest on each other and cannot all be right.

    Args:
        views: of the pictured lesion.
        listed: what the rules list: a field and the note that differ.
    """
    found: dict[str, dict[Side, None]] = {}
    pairs = (apart for one, other in combinations(views, 2) for apart in _pair(one, other))
    for field, sides in (*map(_difference, listed), *pairs):
        found.setdefault(field, {}).update(dict.fromkeys(sides))
    return tuple(_contradiction(field, tuple(sides)) for field, sides in found.items())


def _pair(first: View, second: View) -> Iterator[Apart]:
    if not {first.origin, second.origin} <= SAME_ROOT:
        yield from _shares(first, second)
        yield from _codes(first, second)
        yield from _sizes(first, second)
        yield from _structures(first, second)


def _difference(one: Difference) -> Apart:
    field = path_of(one.path)
    given = "unknown" if one.field is None else one.field
    return field, (
        Side(Origin.RECORDED, *(measure_word(field, given, lang) for lang in LANGS)),
        Side(Origin.NOTE, *(measure_word(field, one.notes, lang) for lang in LANGS)),
    )


def _shares(first: View, second: View) -> Iterator[Apart]:
    for name in _both(first.shares, second.shares):
        one, other = first.shares[name], second.shares[name]
        if one.apart(other) >= APART:
            field = f"share.{name}"
            yield field, (_share(first, field, one), _share(second, field, other))


def _codes(first: View, second: View) -> Iterator[Apart]:
    for name in _both(first.codes, second.codes):
        one, other = first.codes[name], second.codes[name]
        ranks = RANKS.get(name, YES_NO)
        if one in ranks and other in ranks and abs(ranks[one] - ranks[other]) >= FAR:
            yield name, (_said(first, name, one), _said(second, name, other))


def _sizes(first: View, second: View) -> Iterator[Apart]:
    for name in _both(first.sizes, second.sizes):
        one, other = first.sizes[name], second.sizes[name]
        if max(one, other) > SIZE_FACTOR * min(one, other):
            yield name, (_said(first, name, round(one, 1)), _said(second, name, round(other, 1)))


def _structures(first: View, second: View) -> Iterator[Apart]:
    for whole, other in ((first, second), (second, first)):
        if whole.whole and not other.whole and whole.structures is not None:
            more = tuple(one for one in other.structures or () if one not in whole.structures)
            if more:
                name = "structures"
                yield name, (_said(whole, name, whole.structures), _said(other, name, more))


def _both(first: Mapping[str, object], second: Mapping[str, object]) -> Iterator[str]:
    """Yield what both speak of, in an order that does not change."""
    return (name for name in first if name in second)


def _share(view: View, field: str, share: Span) -> Side:
    return _side(view, field, {lang: share.words(lang) for lang in LANGS})


def _said(view: View, field: str, value: object) -> Side:
    return _side(view, field, {lang: measure_word(field, value, lang) for lang in LANGS})


def _side(view: View, field: str, text: Mapping[str, str]) -> Side:
    says = view.says.get(field) or view.says.get(ANYTHING)
    return Side(view.origin, *(says or (text["es"], text["en"])))


def _contradiction(field: str, sides: tuple[Side, ...]) -> Contradiction:
    own = path_of(field)
    question = {
        lang: template(
            "question",
            lang,
            field=_capital(field_word(own, lang)),
            sides="; ".join(side.line(lang) for side in sides),
        )
        for lang in LANGS
    }
    return Contradiction(own, sides, "comparison", question)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
