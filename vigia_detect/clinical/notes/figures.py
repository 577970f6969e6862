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
_BEFORE = r"(?<![a-z0-9/.,-])"
_GAP = r"[\s:=.~-]{0,4}"
_AFTER = r"(?![.,']?\d)"
_NEAR_CHARS = 40
_MOST_IN_SERIES = 4


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
        self._parts = _Parts(lexicon.figures)
        self._measures = [
            _MeasurePattern(measure, self._parts, lexicon) for measure in lexicon.figures.measures
        ]

    def find(self, text: str) -> Iterator[Figure]:
        """Yield the figures of a folded text that are in their field's range."""
        for pattern in self._measures:
            for figure in pattern.find(text):
                if self._lexicon.fields[figure.field].accepts(figure.value):
                    yield figure


class _Parts:
    """Pieces of regular expressions that all measures share."""

    def __init__(self, figures: Figures) -> None:
        fillers = _any_of(figures.fillers)
        self.more = frozenset(map(fold, figures.more))
        self.between = (
            rf"{_GAP}(?:(?:{fillers})\b\.?{_GAP}){{0,3}}"
            rf"(?P<bound>{_any_of((*figures.more, *figures.less))})?{_GAP}"
        )
        spelled = [
            unit for one in figures.measures for u in one.units.values() for unit in u.spelled
        ]
        self.any_unit = re.compile(
            rf"\s?(?:{_any_of((*figures.foreign_units, *spelled))})(?![a-z0-9])|\s?/\s?\d|\s?%"
        )


class _MeasurePattern:
    """One measure, ready to be looked for."""

    def __init__(self, measure: Measure, parts: _Parts, lexicon: Lexicon) -> None:
        self._measure, self._parts, self._lang = measure, parts, lexicon.lang
        labels = _any_of(measure.labels[lexicon.lang])
        self._units = {
            fold(spelled): unit for unit in measure.units.values() for spelled in unit.spelled
        }
        units = _any_of(self._units)
        self._unit = rf"(?:\s?(?P<unit>{units})(?![a-z0-9]))?"
        self._labelled = re.compile(
            rf"{_BEFORE}(?:{labels})(?![a-z]){parts.between}(?P<number>{_NUMBER}){_AFTER}{self._unit}"
        )
        self._bare = (
            re.compile(
                rf"{_BEFORE}(?P<bound>)(?P<number>{_NUMBER}){_AFTER}"
                rf"\s?(?P<unit>{_any_of(measure.unlabelled)})(?![a-z0-9])"
            )
            if measure.unlabelled
            else None
        )
        words = _any_of(measure.not_after.get(lexicon.lang, ()))
        self._not_after = re.compile(rf"\b(?:{words})\W+(?:\w+\W+){{0,2}}$") if words else None
        near = _any_of(measure.near.get(lexicon.lang, ()))
        self._near = re.compile(rf"\b(?:{near})") if near else None

    def find(self, text: str) -> Iterator[Figure]:
        """Yield what this measure reads in a folded text."""
        taken: set[int] = set()
        for match in self._labelled.finditer(text):
            figure = self._figure(match, text)
            if figure is not None:
                taken.add(match.start("number"))
                yield figure
        for match in self._bare.finditer(text) if self._bare else ():
            figure = self._figure(match, text)
            inside = self._measure.unlabelled_range or (float("-inf"), float("inf"))
            fits = figure is not None and inside[0] <= figure.value <= inside[1]
            if figure is not None and fits and match.start("number") not in taken:
                yield figure

    def _figure(self, match: re.Match[str], text: str) -> Figure | None:
        if not self._stands_well(match, text):
            return None
        unit = self._unit_of(match, text)
        bound = match["bound"] or ""
        if unit is None or not self._is_safe_bound(bound):
            return None
        number = float(re.sub("[,']", ".", match["number"]))
        value = (
            number
            if unit == Unit(spelled=unit.spelled)
            else _converted(number, unit, self._measure)
        )
        return Figure(
            self._measure.field, _plain(value), match.start(), match.end(), bound=bool(bound)
        )

    def _stands_well(self, match: re.Match[str], text: str) -> bool:
        before = text[max(0, match.start() - _NEAR_CHARS) : match.start()]
        around = before + text[match.start() : match.end() + _NEAR_CHARS]
        if self._not_after is not None and self._not_after.search(before):
            return False
        return self._near is None or self._near.search(around) is not None

    def _unit_of(self, match: re.Match[str], text: str) -> Unit | None:
        """The unit the figure is in; None when it has a foreign one or cannot go without."""
        if match["unit"]:
            return self._units[match["unit"]]
        if self._parts.any_unit.match(text, match.end()):
            return None
        number = float(re.sub("[,']", ".", match["number"]))
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


class ComaReader:
    """Finds a Glasgow score given by its parts: "E4V5M6"."""

    _PARTS = re.compile(
        r"(?<![a-z0-9])(?:(?:gcs|glasgow)[\s:=]{0,3})?e\s?(?P<eyes>[1-4])[\s,/-]?\s?v\s?(?P<voice>[1-5])"
        r"[\s,/-]?\s?m\s?(?P<movement>[1-6])(?![a-z0-9])"
    )

    def find(self, text: str) -> Iterator[Figure]:
        """Yield the sums; a part that cannot be tested ("V1T") gives none."""
        for match in self._PARTS.finditer(text):
            total = sum(int(match[part]) for part in ("eyes", "voice", "movement"))
            yield Figure("vitals.gcs", total, match.start(), match.end())


class PressureReader:
    """Finds blood pressure pairs: "PA 88/50", "90/60 mmHg", "basal 140/80"."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = lexicon.figures.pressure[lexicon.lang]
        self._fields = lexicon.fields
        parts = _Parts(lexicon.figures)
        pair = r"(?P<s>\d{2,3})\s?(?:/|sobre|over|por)\s?(?P<d>\d{2,3})(?!\s?/|[.,']?\d)"
        mean = r"(?:\s?(?:mm\s?hg)?\s?\(\s?(?P<m>\d{2,3})\s?\))?"
        between = parts.between.replace("(?P<bound>", "(?:")
        self._now = re.compile(
            rf"{_BEFORE}(?:{_any_of(words.labels)})(?![a-z]){between}{pair}{mean}"
        )
        self._usual = re.compile(rf"{_BEFORE}(?:{_any_of(words.usual)})(?![a-z]){between}{pair}")
        self._bare = re.compile(rf"(?<![\d/]){pair}\s?mm\s?hg{mean.replace('?P<m>', '')}")
        self._next = re.compile(rf"\s?(?:->|>|-|a|y|luego|then|to|,|;)\s?{pair}")

    def find(self, text: str) -> Iterator[Figure]:
        """Yield the pressures of a folded text that are in their field's range."""
        taken: set[int] = set()
        for match in self._usual.finditer(text):
            taken.add(match.start("s"))
            yield from self._accepted(_usual_pressure(match))
        for match in self._now.finditer(text):
            if match.start("s") not in taken:
                yield from self._series(match, text, taken)
        for match in self._bare.finditer(text):
            if match.start("s") not in taken:
                yield from self._accepted(_pressures(match, match.start()))

    def _series(self, match: re.Match[str], text: str, taken: set[int]) -> Iterator[Figure]:
        start = match.start()
        one: re.Match[str] | None = match
        for _ in range(_MOST_IN_SERIES):
            if one is None or one.start("s") in taken:
                return
            taken.add(one.start("s"))
            yield from self._accepted(_pressures(one, start))
            one = self._next.match(text, one.end())

    def _accepted(self, figures: Iterable[Figure]) -> Iterator[Figure]:
        together = list(figures)
        if all(self._fields[figure.field].accepts(figure.value) for figure in together):
            yield from together


def _pressures(match: re.Match[str], start: int) -> Iterator[Figure]:
    systolic, diastolic = int(match["s"]), int(match["d"])
    if systolic <= diastolic:
        return
    yield Figure("vitals.sbp_mmhg", systolic, start, match.end())
    yield Figure("vitals.dbp_mmhg", diastolic, start, match.end())
    mean = match.groupdict().get("m")
    if mean and diastolic <= int(mean) <= systolic:
        yield Figure("vitals.map_mmhg", int(mean), start, match.end())


def _usual_pressure(match: re.Match[str]) -> Iterator[Figure]:
    if int(match["s"]) > int(match["d"]):
        yield Figure("vitals.baseline_sbp_mmhg", int(match["s"]), match.start(), match.end())


def _converted(number: float, unit: Unit, measure: Measure) -> float:
    return round(number * unit.factor + unit.offset, measure.decimals)


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


def _any_of(words: Iterable[str]) -> str:
    """An alternation of literal words, longest first; ``re:`` words are expressions already."""
    ordered = sorted(set(map(fold, words)), key=len, reverse=True)
    return "|".join(
        word[3:] if word.startswith("re:") else re.escape(word).replace(r"\ ", r"\s?")
        for word in ordered
    )
