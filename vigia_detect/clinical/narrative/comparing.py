"""Compares observers pair by pair in plain code: what cannot both be true is asked of a person.

A contradiction never decides anything: not who is right, nor class or urgency. The distances are
engineering choices, wide enough that two careful people seldom cross them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from vigia_detect.clinical.narrative.case_words import (
    LANGS,
    field_word,
    origin_word,
    template,
    value_word,
)
from vigia_detect.clinical.narrative.view import Origin, View
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
    """One of two sides: who says it, and what, in Spanish and English."""

    origin: Origin
    es: str
    en: str

    def text(self, lang: str) -> str:
        """Return what is said."""
        return self.en if lang == "en" else self.es


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two findings that cannot both be right.

    Attributes:
        found_by: `comparison`, plain code; `model`, a language model.
        question: for the reviewer, by language.
    """

    field: str
    sides: tuple[Side, Side]
    found_by: str
    question: Mapping[str, str]

    def to_json(self) -> JsonObject:
        """Return it as a narrative holds it."""
        sides: list[Json] = [
            {"origin": side.origin.value, "es": side.es, "en": side.en} for side in self.sides
        ]
        question: JsonObject = {lang: self.question[lang] for lang in LANGS}
        return {"field": self.field, "found_by": self.found_by, "sides": sides,
                "question": question}  # fmt: skip


def compare(views: Iterable[View]) -> tuple[Contradiction, ...]:
    """Return all contradictions between observers who do not rest on each other."""
    return tuple(
        found
        for first, second in combinations(views, 2)
        if not {first.origin, second.origin} <= SAME_ROOT
        for found in (
            *_shares(first, second),
            *_codes(first, second),
            *_sizes(first, second),
            *_structures(first, second),
        )
    )


def differences(found: Iterable[Difference]) -> tuple[Contradiction, ...]:
    """Return what the rules list: a field and the note that differ."""
    return tuple(_difference(one) for one in found if one.field is not None)


def _difference(one: Difference) -> Contradiction:
    field = "lesion." + one.path.partition("].")[2] if "]." in one.path else one.path
    sides = (
        Side(Origin.RECORDED, *(value_word(one.field, lang) for lang in LANGS)),
        Side(Origin.NOTE, *(value_word(one.notes, lang) for lang in LANGS)),
    )
    return _contradiction(field, *sides)


def _shares(first: View, second: View) -> Iterator[Contradiction]:
    for name in _both(first.shares, second.shares):
        one, other = first.shares[name], second.shares[name]
        if one.apart(other) >= APART:
            sides = (
                _side(view, {lang: share.words(lang) for lang in LANGS})
                for view, share in ((first, one), (second, other))
            )
            yield _contradiction(f"share.{name}", *sides)


def _codes(first: View, second: View) -> Iterator[Contradiction]:
    for name in _both(first.codes, second.codes):
        one, other = first.codes[name], second.codes[name]
        ranks = RANKS.get(name, YES_NO)
        if one in ranks and other in ranks and abs(ranks[one] - ranks[other]) >= FAR:
            yield _contradiction(name, _said(first, one), _said(second, other))


def _sizes(first: View, second: View) -> Iterator[Contradiction]:
    for name in _both(first.sizes, second.sizes):
        one, other = first.sizes[name], second.sizes[name]
        if max(one, other) > SIZE_FACTOR * min(one, other):
            yield _contradiction(name, _said(first, one), _said(second, other))


def _structures(first: View, second: View) -> Iterator[Contradiction]:
    for whole, other in ((first, second), (second, first)):
        if whole.whole and not other.whole and whole.structures is not None:
            more = tuple(one for one in other.structures or () if one not in whole.structures)
            if more:
                yield _contradiction(
                    "structures", _said(whole, whole.structures), _said(other, more)
                )


def _both(first: Mapping[str, object], second: Mapping[str, object]) -> Iterator[str]:
    """Yield what both speak of, in an order that does not change."""
    return (name for name in first if name in second)


def _said(view: View, value: object) -> Side:
    return _side(view, {lang: value_word(value, lang) for lang in LANGS})


def _side(view: View, text: Mapping[str, str]) -> Side:
    es, en = view.says or (text["es"], text["en"])
    return Side(view.origin, es, en)


def _contradiction(field: str, first: Side, second: Side) -> Contradiction:
    own = field if "." in field or field_word(field, "es") != field else f"lesion.{field}"
    question = {
        lang: template(
            "question",
            lang,
            field=_capital(field_word(own, lang)),
            first=origin_word(first.origin, lang),
            one=first.text(lang),
            second=origin_word(second.origin, lang),
            other=second.text(lang),
        )
        for lang in LANGS
    }
    return Contradiction(own, (first, second), "comparison", question)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
