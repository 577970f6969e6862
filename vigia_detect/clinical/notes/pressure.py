"""Figures that come in parts: blood pressure pairs and the Glasgow score by its three items."""

import re
from collections.abc import Iterable, Iterator

from vigia_detect.clinical.notes.figures import BEFORE, Figure, Parts, any_of
from vigia_detect.clinical.notes.lexicon import Lexicon

_MOST_IN_SERIES = 4


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
        between = Parts(lexicon.figures).between.replace("(?P<bound>", "(?:")
        usual, labels, rows, now = map(any_of, (words.usual, words.labels, words.rows, words.now))
        pair = r"(?P<s>\d{2,3})\s?(?:/|sobre|over|por)\s?(?P<d>\d{2,3})(?!\s?/|[.,']?\d)"
        unit = r"(?:\s?mm\s?hg)?"
        mean = rf"{unit}(?:\s?\(\s?(?P<m>\d{{2,3}})\s?\))?"
        is_usual = rf"(?P<usual>\s?\(?(?:\w+\s)?(?:{usual})\b(?!\W*\d))?"
        end = rf"{pair}{mean}{is_usual}"
        self._usual = re.compile(rf"{BEFORE}(?:{usual})(?![a-z]){between}{pair}")
        self._now = (
            re.compile(rf"{BEFORE}(?:{labels})(?![a-z]){between}{end}"),
            re.compile(
                rf"{BEFORE}(?:{labels})(?![a-z])[^.;\d\n]{{0,25}}?(?=[4-9]\d/|\d{{3}}/){end}"
            ),
            re.compile(rf"{BEFORE}(?:{rows})(?![a-z])[^a-z/\n]{{0,40}}(?<!\d){end}"),
            re.compile(rf"(?<![\d/])(?=\d+\s?/\s?\d+\s?mm\s?hg){end}"),
            re.compile(
                rf"{BEFORE}(?:{now})(?![a-z])[\s:,=]{{0,3}}(?:(?:en|con|de|at|is)\s)?(?=[4-9]\d/|\d{{3}}/){end}"
            ),
        )
        self._next = re.compile(
            rf"{unit}[\s,;]{{0,2}}(?:->|>|-|a|y|luego|then|to|repite|control|recontrol|repeat|recheck)?"
            rf"[\s:]{{0,2}}{end}"
        )

    def find(self, text: str) -> Iterator[Figure]:
        """Yield the pressures of a folded text that are in their field's range."""
        taken: set[int] = set()
        for match in self._usual.finditer(text):
            taken.add(match.start("s"))
            yield from self._accepted(_usual_pressure(match))
        for pattern in self._now:
            for match in pattern.finditer(text):
                yield from self._series(match, text, taken)

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
    if match["m"] and diastolic <= int(match["m"]) <= systolic:
        yield Figure("vitals.map_mmhg", int(match["m"]), start, match.end())
    if match["usual"]:
        yield from _usual_pressure(match)


def _usual_pressure(match: re.Match[str]) -> Iterator[Figure]:
    if int(match["s"]) > int(match["d"]):
        yield Figure("vitals.baseline_sbp_mmhg", int(match["s"]), match.start(), match.end())
