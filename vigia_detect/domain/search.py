"""What protocol search works on and answers: texts, filters and hits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Engine = Literal["hybrid", "lexical", "embedding"]
LANGUAGES = ("es", "en")


@dataclass(frozen=True, slots=True)
class Wording:
    """A passage in one language; `asked` is how people ask for it, in their words."""

    title: str
    statements: tuple[str, ...]
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchText:
    """What is searched of a passage.

    Attributes:
        id: the passage's id.
        wordings: by language, `es` or `en`.
        classes: classes that it is about; empty means all of them.
        populations: people that it is about; empty means everybody.
        questions: by language, known questions that it answers.
    """

    id: str
    wordings: Mapping[str, Wording]
    classes: frozenset[str] = frozenset()
    populations: frozenset[str] = frozenset()
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which passages may answer; None asks for all."""

    class_: str | None = None
    population: str | None = None
    lang: str | None = None

    def allow(self, text: SearchText) -> bool:
        """Say whether a passage may answer: one that is about everybody always may."""
        return (
            _fits(self.class_, text.classes)
            and _fits(self.population, text.populations)
            and (self.lang is None or self.lang in text.wordings)
        )


def _fits(wanted: str | None, about: frozenset[str]) -> bool:
    return wanted is None or not about or wanted in about


@dataclass(frozen=True, slots=True)
class Synonym:
    """What people say, and the words of the protocols for it.

    Attributes:
        say: words or phrases, in any language, as people write them.
        means: the protocols' words by language.
    """

    say: tuple[str, ...]
    means: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that may answer.

    Attributes:
        passage_id: which one.
        score: what the order rests on; only comparable within one answer.
        lexical: BM25, 0 and more; 0 when no word is shared.
        semantic: cosine of the nearest sentence, -1 to 1.
    """

    passage_id: str
    score: float
    lexical: float
    semantic: float
