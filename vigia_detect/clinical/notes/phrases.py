"""Phrases of a lexicon, written as patterns over words, and where they occur in a note.

A pattern is a row of elements with spaces between: ``word``, ``stem*`` (any ending), ``(a|b c|d*)``
(one of), ``word?`` (may be missing), ``<name>`` (one of a word class of the lexicon), ``~`` (up to
three further words; ``~N`` up to N). Marks are words too (``: no``); brackets are written ``[``
and ``]``, so ``[ - ]`` is "(-)".
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from vigia_detect.clinical.notes.text import Token, fold
from vigia_detect.phrase import Phrase

_GAP_WORDS = 3
_BRACKETS = {"[": "(", "]": ")"}
_ELEMENT = re.compile(r"\S+")
_CLASS = re.compile(r"<(\w+)>")
_GROUP = re.compile(r"\(([^()]*)\)")
Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern: a word out of a set, or a gap of a few words."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    optional: bool = False
    gap: int = 0

    def fits(self, word: str) -> bool:
        """Whether this word may stand here."""
        return word in self.words or (bool(self.stems) and word.startswith(self.stems))


@dataclass(frozen=True, slots=True)
class Match(Generic[Meaning]):
    """Where a phrase occurs.

    Attributes:
        meaning: what the lexicon hangs on the phrase.
        start: index of its first token.
        end: one past the index of its last token.
        inner: indices of the tokens that only fill a gap of the pattern.
    """

    meaning: Meaning
    start: int
    end: int
    inner: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        """Number of tokens that the phrase itself names."""
        return self.end - self.start - len(self.inner)


class PhraseBook(Generic[Meaning]):
    """Many phrases, found in one pass over the tokens."""

    def __init__(self, classes: Mapping[str, Sequence[str]]) -> None:
        self._classes = classes
        self._by_word: dict[str, list[tuple[tuple[Element, ...], Meaning]]] = defaultdict(list)
        self._by_stem: dict[str, list[tuple[tuple[Element, ...], Meaning]]] = defaultdict(list)

    def add(self, patterns: Iterable[str], meaning: Meaning) -> None:
        """Add phrases with one meaning.

        Raises:
            ValueError: a pattern is empty, starts with a gap or an optional word, or names an
                unknown word class.
        """
        for pattern in patterns:
            for elements in map(self._parse, self._spelled_out(pattern)):
                for word in elements[0].words:
                    self._by_word[word].append((elements, meaning))
                for stem in elements[0].stems:
                    self._by_stem[stem].append((elements, meaning))

    def words(self) -> frozenset[str]:
        """Every whole word that starts or continues a phrase."""
        rows = [row for rows in (*self._by_word.values(), *self._by_stem.values()) for row in rows]
        return frozenset(word for elements, _ in rows for one in elements for word in one.words)

    def find(self, tokens: Sequence[Token]) -> Iterator[Match[Meaning]]:
        """Yield the longest match of each phrase at each place."""
        for start, token in enumerate(tokens):
            for elements, meaning in self._candidates(token.word):
                for end, inner in _ends(elements, tokens, start):
                    yield Match(meaning, start, end, inner)
                    break

    def _candidates(self, word: str) -> Iterator[tuple[tuple[Element, ...], Meaning]]:
        yield from self._by_word.get(word, ())
        for length in range(1, len(word) + 1):
            yield from self._by_stem.get(word[:length], ())

    def _parse(self, pattern: str) -> tuple[Element, ...]:
        elements = tuple(_element(part) for part in _ELEMENT.findall(pattern))
        if not elements or elements[0].optional or elements[0].gap:
            raise ValueError(Phrase("{pattern!r} must start with a word", pattern=pattern))
        return elements

    def _spelled_out(self, pattern: str) -> Iterator[str]:
        """Yield the pattern with its classes filled in and no alternative of several words."""
        pattern = _CLASS.sub(lambda match: self._alternatives(match[1], pattern), pattern)
        for group in _GROUP.finditer(pattern):
            members = group[1].split("|")
            rows = [member for member in members if " " in member]
            if rows:
                single = "|".join(member for member in members if " " not in member)
                for member in [*rows, *([f"({single})"] if single else [])]:
                    yield from self._spelled_out(
                        f"{pattern[: group.start()]}{member}{pattern[group.end() :]}"
                    )
                return
        yield pattern

    def _alternatives(self, name: str, pattern: str) -> str:
        if name not in self._classes:
            raise ValueError(
                Phrase(
                    "{pattern!r} names the unknown word class {name!r}", pattern=pattern, name=name
                )
            )
        return f"({'|'.join(self._classes[name])})"


def _element(part: str) -> Element:
    if part[0] == "~":
        return Element(gap=int(part[1:] or _GAP_WORDS))
    optional = len(part) > 1 and part.endswith("?")
    part = part[:-1] if optional else part
    members = part[1:-1].split("|") if part[0] == "(" and len(part) > 1 else [part]
    folded = [_BRACKETS.get(member, fold(member)) for member in members]
    return Element(
        words=frozenset(word for word in folded if not _is_stem(word)),
        stems=tuple(word[:-1] for word in folded if _is_stem(word)),
        optional=optional,
    )


def _is_stem(word: str) -> bool:
    return len(word) > 1 and word.endswith("*")


def _ends(
    elements: Sequence[Element], tokens: Sequence[Token], at: int, inner: tuple[int, ...] = ()
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield (end, gap tokens) of each way in which the elements fit from `at`, best first."""
    if not elements:
        yield at, inner
        return
    head, rest = elements[0], elements[1:]
    if head.gap:
        yield from _after_gap(head.gap, rest, tokens, at, inner)
        return
    if at < len(tokens) and head.fits(tokens[at].word):
        yield from _ends(rest, tokens, at + 1, inner)
    if head.optional:
        yield from _ends(rest, tokens, at, inner)


def _after_gap(
    most: int, rest: Sequence[Element], tokens: Sequence[Token], at: int, inner: tuple[int, ...]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    for skipped in range(most + 1):
        yield from _ends(rest, tokens, at + skipped, inner + tuple(range(at, at + skipped)))
        if at + skipped >= len(tokens):
            return
        token = tokens[at + skipped]
        if token.stop or not (token.is_word or token.word == "/"):
            return
