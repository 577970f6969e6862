"""Figures with a label: "T° 38,7", "PA 88/50 mmHg", "lactate 3.4 mmol/L", "EVA 7/10".

A figure is read only in a unit that it can have and only inside the field's allowed range;
otherwise nothing is returned for it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vigia_detect.clinical.notes.lexicon import Figures, Lexicon, Measure, Unit
from vigia_detect.clinical.notes.text import fold

_NUMBER = r"\d{1,4}(?:[.,']\d{1,3})?"
BEFORE = r"(?<![a-z0-9])"
_BEFORE_NUMBER = r"(?<![a-z0-9/.,-])"
GAP = r"[\s:=.~-]{0,4}"
_AFTER = r"(?![.,']?\d)"
_NEAR_CHARS = 40
_MOST_IN_SERIES = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in the field's unit, with its place in the folded text.

    Attributes:
        bound: it was given as "more than" or "less than".
    """

    field: str
    value: float
    start: int
    end: int
    bound: bool = False


class FigureReader:
    """Finds the figures of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        parts = Parts(lexicon.figures)
        self._measures = [
            _MeasurePattern(measure, parts, lexicon) for measure in lexicon.figures.measures
        ]

    def find(self, text: str) -> Iterator[Figure]:
        """Yield the figures of a folded text that are in their field's range."""
        for pattern in self._measures:
            for figure in pattern.find(text):
                if self._lexicon.fields[figure.field].accepts(figure.value):
                    yield figure


class Parts:
    """Pieces of regular expressions that all measures share."""

    def __init__(self, figures: Figures) -> None:
        words = rf"(?:(?:{any_of(figures.fillers)})\b\.?{GAP}){{0,3}}"
        bounds = any_of((*figures.more, *figures.less))
        self.more = frozenset(map(fold, figures.more))
        note = r"(?:\s?\([^()\d\n]{1,10}\))?"  # "FC (lpm): 120"
        self.between = rf"{note}{GAP}{words}(?P<bound>{bounds})?{GAP}{words}"
        spelled = [
            unit for one in figures.measures for u in one.units.values() for unit in u.spelled
        ]
        units = any_of((*figures.foreign_units, *spelled))
        self.any_unit = re.compile(rf"\s?(?:{units})(?![a-z0-9])|\s?/\s?\d|\s?%|(?!s\b)[a-z]")


class _MeasurePattern:
    """One measure, ready to be looked for."""

    def __init__(self, measure: Measure, parts: Parts, lexicon: Lexicon) -> None:
        self._measure, self._parts, self._lang = measure, parts, lexicon.lang
        self._units = {
            fold(spelled): unit for unit in measure.units.values() for spelled in unit.spelled
        }
        self._patterns = [re.compile(pattern) for pattern in self._written(measure)]
        unit = any_of(self._units)
        self._next = re.compile(
            rf"\s?(?P<link>->|>|-|a|to|y|luego|then)\s?(?P<bound>)(?P<number>{_NUMBER}){_AFTER}"
            rf"(?:\s?(?P<unit>{unit})(?![a-z0-9]))?"
        )
        words = any_of(measure.not_after.get(lexicon.lang, ()))
        self._not_after = re.compile(rf"\b(?:{words})\W+(?:\w+\W+){{0,2}}$") if words else None
        near = any_of(measure.near.get(lexicon.lang, ()))
        self._near = re.compile(rf"\b(?:{near})") if near else None

    def _written(self, measure: Measure) -> Iterator[str]:
        """Yield the ways in which it is written: label first, label last, unit alone."""
        number = rf"(?P<number>{_NUMBER}){_AFTER}"
        unit = rf"\s?(?P<unit>{any_of(self._units)})(?![a-z0-9])"
        labels = any_of(measure.labels[self._lang])
        yield rf"{BEFORE}(?:{labels})(?![a-z]){self._parts.between}{number}(?:{unit})?"
        trailing = any_of(measure.trailing.get(self._lang, ()))
        if trailing:
            yield rf"{_BEFORE_NUMBER}(?P<bound>){number}{unit}\s(?:{trailing})\b"
        if measure.unlabelled:
            alone = any_of(measure.unlabelled)
            yield rf"{_BEFORE_NUMBER}(?P<bound>){number}\s?(?P<unit>{alone})(?![a-z0-9])"

    def find(self, text: str) -> Iterator[Figure]:
        """Yield what this measure reads in a folded text."""
        taken: set[int] = set()
        for pattern in self._patterns:
            for match in pattern.finditer(text):
                alone = pattern is self._patterns[-1] and bool(self._measure.unlabelled)
                for figure, place in self._series(match, text):
                    if place not in taken and self._fits_alone(figure, alone=alone):
                        taken.add(place)
                        yield figure

    def _fits_alone(self, figure: Figure, *, alone: bool) -> bool:
        low, high = self._measure.unlabelled_range or (float("-inf"), float("inf"))
        return not alone or low <= figure.value <= high

    def _series(self, match: re.Match[str], text: str) -> Iterator[tuple[Figure, int]]:
        """Yield the figure and those that follow it: "EVA 7-8/10", "GCS 15 -> 12"."""
        one: re.Match[str] | None = match
        if not self._stands_well(match, text):
            return
        for _ in range(_MOST_IN_SERIES):
            if one is None:
                return
            following = self._next.match(text, one.end())
            shared = following["unit"] if following and not one["unit"] else None
            figure = self._figure(one, text, match.start(), shared)
            if figure is not None:
                yield figure, one.start("number")
            is_range = following is not None and following["link"] == "-"
            rises = following is not None and _number(following) > _number(one)
            one = following if not is_range or rises else None

    def _figure(
        self, match: re.Match[str], text: str, start: int, shared: str | None
    ) -> Figure | None:
        unit = self._units[shared] if shared else self._unit_of(match, text)
        bound = match["bound"] or ""
        if unit is None or not self._is_safe_bound(bound):
            return None
        value = _number(match)
        if unit.factor != 1 or unit.offset:
            value = round(value * unit.factor + unit.offset, self._measure.decimals)
        return Figure(self._measure.field, _plain(value), start, match.end(), bound=bool(bound))

    def _stands_well(self, match: re.Match[str], text: str) -> bool:
        before = text[max(0, match.start() - _NEAR_CHARS) : match.start()]
        around = before + text[match.start() : match.end() + _NEAR_CHARS]
        if self._not_after is not None and self._not_after.search(before):
            return False
        return self._near is None or self._near.search(around) is not None

    def _unit_of(self, match: re.Match[str], text: str) -> Unit | None:
        """The unit the figure is in; None when it has a foreign one or cannot go without."""
        if match["unit"]:
            return self._units[re.sub(r"\s+", " ", match["unit"])]
        if self._parts.any_unit.match(text, match.end()):
            return None
        number = _number(match)
        for implied in self._measure.implied:
            if implied.lang == self._lang and implied.range[0] <= number <= implied.range[1]:
                return self._measure.units[implied.unit]
        bare = self._measure.bare
        return Unit(spelled=()) if bare and bare[0] <= number <= bare[1] else None

    def _is_safe_bound(self, bound: str) -> bool:
        """More than a high figure is at least as bad as the figure; more than a low one is not."""
        if not bound or self._measure.danger == "both":
            return True
        return (bound in self._parts.more) == (self._measure.danger == "high")


def _number(match: re.Match[str]) -> float:
    return float(re.sub("[,']", ".", match["number"]))


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


def any_of(words: Iterable[str]) -> str:
    """An alternation of literal words, longest first; ``re:`` words are expressions already."""
    ordered = sorted(set(map(fold, words)), key=len, reverse=True)
    return "|".join(
        word[3:] if word.startswith("re:") else re.escape(word).replace(r"\ ", r"\s?")
        for word in ordered
    )
