"""Past years in a note: "sepsis en 2019", "cellulitis 2018"."""

from collections.abc import Iterator, Sequence

from vigia_detect.clinical.notes.lexicon import Cue
from vigia_detect.clinical.notes.phrases import Match
from vigia_detect.clinical.notes.text import Token

_FIRST, _LAST = 1950, 2049
_SINCE = frozenset({"desde", "since"})
_PART_OF_DATE = frozenset("/-:")
# "2000 ml" is a volume, "2000 h" an hour.
_UNITS = frozenset(
    {"ml", "cc", "kcal", "mg", "mcg", "g", "gr", "u", "ui", "iu", "x", "h", "hrs", "hr", "horas"}
)


def years(tokens: Sequence[Token]) -> Iterator[Match[Cue]]:
    """Yield the years that stand alone, as cues of a time long past.

    The reader has no clock, so any year counts as past; a full date ("12-03-2026") does not.
    """
    for index, token in enumerate(tokens):
        if token.word.isdecimal() and _is_year(token.word):
            before = tokens[index - 1].word if index else ""
            after = tokens[index + 1].word if index + 1 < len(tokens) else ""
            if not {before, after} & _PART_OF_DATE and before not in _SINCE and after not in _UNITS:
                yield Match(Cue.FAR, index, index + 1)


def _is_year(word: str) -> bool:
    return len(word) == len(str(_FIRST)) and _FIRST <= int(word) <= _LAST
