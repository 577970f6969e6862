"""Repairs misspelt words by the nearest word that is known."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

SHORTEST = 4  # below, almost every word is near another
LONG = 8  # from here two letters may be wrong


class Speller:
    """Knows words, folded."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._like: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._known):
            if len(word) >= SHORTEST:
                self._like[_sound(word), len(word)].append(word)
        self.repair = lru_cache(maxsize=5_000)(self._repair)

    def _repair(self, word: str) -> str:
        """Return the nearest known word, or the word itself when none is near."""
        if word in self._known or len(word) < SHORTEST or not word.isalpha():
            return word
        most = 2 if len(word) >= LONG else 1
        near = (
            (distance(word, other, most), other)
            for length in range(len(word) - most, len(word) + most + 1)
            for other in self._like.get((_sound(word), length), ())
        )
        found = min(near, default=(most + 1, word))
        return found[1] if found[0] <= most else word


# People seldom miss the first sound: v is b, z and c are s, h is silent.
_SOUND = {"v": "b", "z": "s", "c": "s", "k": "s", "q": "s", "y": "l", "g": "j"}


def _sound(word: str) -> str:
    first = word.removeprefix("h")[0]
    return _SOUND.get(first, first)


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters were added, lost, changed or swapped, or `most` + 1 if more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, match in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != match))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == match:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
