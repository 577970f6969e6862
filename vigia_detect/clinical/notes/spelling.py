"""Spelling of the few words on which a red flag hangs.

Only listed words are corrected to, only from unknown words, and never across polarity: the first
letter stays ("afebril" is not "febril"), and no negation is ever made or lost by a correction.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

_MIN_LETTERS_EDIT = 6
_MIN_LETTERS_SWAP = 4
_MIN_LETTERS_SOUND = 4
_MAX_LETTERS = 25
# Letters that sound alike in American Spanish, applied in this order.
_SOUNDS = (
    (re.compile(r"ch"), "x"),
    (re.compile(r"h"), ""),
    (re.compile(r"qu(?=[ei])"), "k"),
    (re.compile(r"g(?=[ei])"), "j"),
    (re.compile(r"s?c(?=[ei])|z"), "s"),
    (re.compile(r"c"), "k"),
    (re.compile(r"v"), "b"),
    (re.compile(r"ll"), "y"),
    (re.compile(r"(.)\1"), r"\1"),
)


class Speller:
    """Corrects a word that is one slip, or only its sound, away from a listed word."""

    def __init__(
        self,
        words: Iterable[str],
        known: Iterable[str],
        slips: Mapping[str, str],
        *,
        by_sound: bool,
    ) -> None:
        """Prepare the look-up.

        Args:
            words: what a misspelling may be corrected to.
            known: words that are right as they are and never corrected.
            slips: misspellings that are listed one by one, with their correction.
            by_sound: also correct words that sound like a listed word (Spanish).
        """
        self._words = frozenset(words)
        self._known = self._words | frozenset(known)
        self._slips = dict(slips)
        self._near: dict[str, set[str]] = defaultdict(set)
        self._sounds: dict[str, set[str]] = defaultdict(set)
        for word in self._words:
            for key in (word, *_shortened(word)):
                self._near[key].add(word)
            if by_sound:
                self._sounds[_sound(word)].add(word)

    def __call__(self, word: str) -> str:
        """Give the right spelling, or the word itself when unknown or in doubt."""
        if word in self._known:
            return word
        if word in self._slips:
            return self._slips[word]
        found = self._alike(word) or self._one_slip_away(word)
        return found.pop() if len(found) == 1 else word

    def _alike(self, word: str) -> set[str]:
        if not _MIN_LETTERS_SOUND <= len(word) <= _MAX_LETTERS:
            return set()
        return set(self._sounds.get(_sound(word), ()))

    def _one_slip_away(self, word: str) -> set[str]:
        if not _MIN_LETTERS_SWAP <= len(word) <= _MAX_LETTERS:
            return set()
        near = {near for key in (word, *_shortened(word)) for near in self._near.get(key, ())}
        is_slip = _is_one_slip if len(word) >= _MIN_LETTERS_EDIT else _is_small_slip
        return {right for right in near if right[0] == word[0] and is_slip(word, right)}


def _shortened(word: str) -> list[str]:
    return [word[:index] + word[index + 1 :] for index in range(len(word))]


def _sound(word: str) -> str:
    for letters, sound in _SOUNDS:
        word = letters.sub(sound, word)
    return word


def _is_one_slip(word: str, right: str) -> bool:
    """Whether one letter was added, lost or changed, or two neighbours were swapped."""
    rest, wanted = _without_common_start(word, right)
    return rest[1:] == wanted[1:] or _is_small_slip(word, right)


def _is_small_slip(word: str, right: str) -> bool:
    """Whether a letter was lost or two neighbours swapped: all that short words can bear."""
    rest, wanted = _without_common_start(word, right)
    lost = rest == wanted[1:] or (rest[1:] == wanted and len(word) >= _MIN_LETTERS_EDIT)
    return lost or (len(rest) > 1 and rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])


def _without_common_start(word: str, right: str) -> tuple[str, str]:
    length = min(len(word), len(right))
    same = next((i for i in range(length) if word[i] != right[i]), length)
    return word[same:], right[same:]
