"""Numbers with their units and bounds, however they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vigia_detect.clinical.narrative.lists import Lists

_TO = frozenset({"a", "to", "-"})
_BETWEEN = frozenset({"entre", "between"})
_AND = frozenset({"y", "and"})
_OR = frozenset({"o", "or"})
_ONE = frozenset({"un", "una", "uno", "an"})
# what may stand between a bound and its number
_BRIDGE = frozenset({"de", "than", "a", "of", "los", "las", "the", "la", "el"})
_SIGNS = {">": ">", "<": "<", "≥": ">=", "≤": "<=", "~": "about", "+": "+", "=": "="}
_MORE = {"mas": ">=", "more": ">=", "menos": "<=", "less": "<=", "fewer": "<=", "antes": "<="}
_GROUP = 3
# "in 24 h" bounds a time; "in 60 % of the bed" only says where
_WHERE = frozenset({"en", "in", "for"})
_TIMES = frozenset({"", "h", "min", "s", "d", "week", "month", "year", "times"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range.

    Attributes:
        values: one value, or lowest and highest, without trailing zeros.
        unit: `h`, `cm` ...; empty when none is written.
        bound: what is said of it: `>=`, `every`, `within` ...; empty when nothing is.
    """

    values: tuple[str, ...]
    unit: str = ""
    bound: str = ""

    def __str__(self) -> str:
        """Return it as one word."""
        return f"{self.bound}{'-'.join(self.values)}{self.unit}"


def quantities(raw: Sequence[str], words: Lists) -> Iterator[str | Quantity]:
    """Yield the words of a text with its numbers read; what bounds them is part of them."""
    kept: list[str | Quantity] = []
    place = 0
    while place < len(raw):
        read = _read(raw, place, words)
        if read is None:
            kept.append(raw[place])
            place += 1
            continue
        values, place = read
        unit = words.units.get(raw[place], "") if place < len(raw) else ""
        place += bool(unit)
        after, place = _bound_after(raw, place)
        bound = after or _bound_before(kept, words, unit, ranged=len(values) > 1)
        kept.append(Quantity(values, unit, bound))
    yield from kept


def _read(raw: Sequence[str], place: int, words: Lists) -> tuple[tuple[str, ...], int] | None:
    first = _value(raw, place, words)
    if first is None:
        return None
    end = place + 1
    unit = end < len(raw) and raw[end] in words.units  # "2 h a 3 h"
    joint = end + unit
    if joint + 1 < len(raw) and (second := _value(raw, joint + 1, words)) is not None:
        between = place > 0 and raw[place - 1] in _BETWEEN
        if raw[joint] in _TO or (between and raw[joint] in _AND):
            return (first, second), joint + 2
    return (first,), end


def _value(raw: Sequence[str], place: int, words: Lists) -> str | None:
    word = raw[place]
    if word[0].isdecimal() and word.isascii():
        return _plain(word)
    if word in words.numbers:
        return _plain(str(words.numbers[word]))
    following = raw[place + 1] if place + 1 < len(raw) else ""
    return "1" if word in _ONE and following in words.units else None


def _plain(text: str) -> str:
    """Return a number in one form; 1.500 may be either of two, so it stays as it is."""
    head, *parts = text.replace(",", ".").split(".")
    if len(parts) > 1 or (parts and len(parts[0]) == _GROUP and head != "0"):
        return text
    value = format(Decimal(".".join([head, *parts])), "f")
    return (value.rstrip("0").rstrip(".") if "." in value else value.lstrip("0")) or "0"


def _bound_before(kept: list[str | Quantity], words: Lists, unit: str, *, ranged: bool) -> str:
    """Take the bound off the end of what was read, if one stands there."""
    for back in range(1, min(4, len(kept) + 1)):
        word = kept[-back]
        if not isinstance(word, str):
            return ""
        if word in _WHERE and unit not in _TIMES:
            return ""
        bound = _SIGNS.get(word) or words.bounds.get(word, "")
        if bound and not (ranged and bound in {">", "<", ">=", "<="}):  # "low 16 to 23" is a label
            del kept[-back:]
            return bound
        if word not in _BRIDGE:
            return ""
    return ""


def _bound_after(raw: Sequence[str], place: int) -> tuple[str, int]:
    if place + 1 < len(raw) and raw[place] in _OR and raw[place + 1] in _MORE:
        return _MORE[raw[place + 1]], place + 2
    if place < len(raw) and raw[place] == "orsooner":
        return "<=", place + 1
    return "", place
