"""A note as folded tokens, sentences and items, each tied to its place in the original text."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_PLAIN = {
    "\N{MASCULINE ORDINAL INDICATOR}": "°",
    "\N{RING ABOVE}": "°",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{ACUTE ACCENT}": "'",
    "\N{GRAVE ACCENT}": "'",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{RIGHTWARDS ARROW}": ">",
}
_TOKEN = re.compile(r"\d+(?:[.,']\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?|\S")
# A question mark ends none: the answer belongs to it ("fiebre? no").
_SENTENCE_MARKS = frozenset(".!;")
# A full stop after these belongs to the abbreviation and does not end a sentence.
_ABBREVIATED = frozenset(
    {
        *("dr", "dra", "sr", "sra", "prof", "enf", "pt", "pte", "pcte", "ptte", "pac", "aprox"),
        *("approx", "ej", "vs", "resp", "temp", "sat", "der", "izq", "lt", "rt", "cc", "hab", "mm"),
        *("ant", "op", "abd", "ext"),
    }
)
# A line that ends with one of these goes on in the next.
_HANGING = frozenset(
    {"de", "del", "la", "el", "los", "las", "un", "una", "en", "con", "por", "y", "o", "ni", "a"}
    | {"of", "the", "an", "in", "with", "for", "and", "or", "nor", "to", "any"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a mark.

    Attributes:
        word: lower case, without accents, spelling corrected.
        raw: lower case as written, with accents ("sí" is not "si").
        start: its first character in the folded text.
        end: one past its last character in the folded text.
        stop: a sentence ends with it.
        breaks: a line ends with it, whatever its mark.
    """

    word: str
    raw: str
    start: int
    end: int
    stop: bool
    breaks: bool

    @property
    def is_word(self) -> bool:
        """Whether it is a word or a number, not a mark."""
        return self.word[0].isalnum()


@dataclass(frozen=True, slots=True)
class Note:
    """A folded note.

    Attributes:
        folded: the text in lower case, without accents, with plain marks.
        origin: for each folded character its index in the original text.
        tokens: in order.
    """

    folded: str
    origin: tuple[int, ...]
    tokens: tuple[Token, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a half-open range of the folded text into one of the original text."""
        return self.origin[start], self.origin[end - 1] + 1

    def token_at(self, char: int) -> int:
        """Index of the first token that ends after this folded character."""
        low, high = 0, len(self.tokens)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.tokens[middle].end <= char else (low, middle)
        return low


def fold(text: str) -> str:
    """Lower case without accents, as the lexicon's words are compared."""
    return "".join(folded for folded, _ in _folded_characters(text))


def read(text: str, correct: Callable[[str], str]) -> Note:
    """Fold and tokenise a note.

    Args:
        text: the note as written.
        correct: gives a folded word's right spelling, or the word itself.

    Returns:
        The note, every character of which knows its index in `text`.
    """
    pairs = list(_folded_characters(text))
    folded = "".join(character for character, _ in pairs)
    origin = tuple(index for _, index in pairs)
    matches = list(_TOKEN.finditer(folded))
    ends = [*(match.start() for match in matches[1:]), *([len(folded)] if matches else [])]
    tokens = []
    for number, (match, following) in enumerate(zip(matches, ends, strict=True)):
        word = match[0].replace("'", "") if match[0][0].isalpha() else match[0]
        gap = folded[match.end() : following]
        breaks = "\n" in gap
        before = matches[number - 1][0] if number else ""
        tokens.append(
            Token(
                word=correct(word) if word[0].isalpha() else word,
                raw=text[origin[match.start()] : origin[match.end() - 1] + 1].lower(),
                start=match.start(),
                end=match.end(),
                stop=(breaks and word not in _HANGING) or _ends_sentence(word, before, gap),
                breaks=breaks,
            )
        )
    return Note(folded, origin, tuple(tokens))


def numbered(tokens: Sequence[Token], ends: Callable[[Token], bool]) -> tuple[int, ...]:
    """Number the stretch of each token; a stretch ends with a token for which `ends` is true."""
    steps = [0, *(int(ends(token)) for token, _ in pairwise(tokens))]
    total, numbers = 0, []
    for step in steps[: len(tokens)]:
        total += step
        numbers.append(total)
    return tuple(numbers)


def _ends_sentence(mark: str, before: str, gap: str) -> bool:
    if mark not in _SENTENCE_MARKS:
        return False
    # "3.5" is one token already; "Dr. Soto" goes on, and so does "p.rn" without a space.
    return mark != "." or (before not in _ABBREVIATED and (gap == "" or gap[0].isspace()))


def _folded_characters(text: str) -> Iterator[tuple[str, int]]:
    for index, character in enumerate(text):
        plain = _PLAIN.get(character)
        if plain is not None:
            yield plain, index
            continue
        for part in unicodedata.normalize("NFKD", character):
            if not unicodedata.combining(part):
                for letter in part.lower():
                    if not unicodedata.combining(letter):
                        yield letter, index
