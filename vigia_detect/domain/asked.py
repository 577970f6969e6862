"""A protocol question whose answer may be used again, and when two questions are the same one.

Looking alike is not enough: "right heel" and "left heel", or a question and its negation, are
nearer in meaning than most true repeats. So an answer is shared only by questions with the same
words in the same order, apart from what cannot change an answer: capitals, accents, punctuation,
articles and courtesy.
"""

import re
import unicodedata
from dataclasses import dataclass

# Numbers whole, with their signs: 1,5 is not 15, and < 2 is not > 2. The ñ is a letter of its own.
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[a-zñ]+|[<>=≤≥±+%/°-]")
_ACCENTS = frozenset("\u0300\u0301\u0308")
# The English `a` is not among them: vitamin A is another vitamin.
_COURTESY = frozenset(
    {
        *("el", "la", "los", "las", "un", "una", "the", "an"),
        *("hola", "gracias", "please", "thanks"),
    }
)
# `por` alone can matter: "por boca".
_PHRASE = re.compile(r"\bpor favor\b")
# A RUN, a telephone, a record number or a date: the question is about somebody.
_PERSONAL = re.compile(
    r"\d[\d.\s-]{4,}[\dk]|\d{5,}|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|@"
    r"|\b(?:ficha|hc|nhc|mrn|ru[tn]|dni|nie)\W{0,3}(?:n\W{0,3})?\d{3,}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about protocols, never about a patient.

    Attributes:
        question: as it was typed.
        lang: language of the answer.
        knowledge_version: of the passages that the answer rests on.
        answerer: what answers, with its version: model, prompt and schema.
        class_: filter, if any.
        population: filter, if any.
    """

    question: str
    lang: str
    knowledge_version: str
    answerer: str
    class_: str | None = None
    population: str | None = None

    @property
    def name(self) -> str:
        """What all questions that may share an answer have in common."""
        parts = (self.lang, self.knowledge_version, self.answerer, self.class_, self.population)
        return "\n".join([*(part or "" for part in parts), *normal_words(self.question)])

    @property
    def shareable(self) -> bool:
        """Whether its answer may be kept: something is asked, and nothing points to a person."""
        return bool(normal_words(self.question)) and not self.personal

    @property
    def personal(self) -> bool:
        """Whether it seems to be about somebody: numbers of people have a form, names have none."""
        return bool(_PERSONAL.search(self.question))


@dataclass(frozen=True, slots=True)
class CacheRates:
    """How often a kept answer was there, since the server's counters began."""

    hits: int
    misses: int

    @property
    def hit_rate(self) -> float | None:
        """Share of questions that found an answer, 0 to 1; None before the first question."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None


def normal_words(question: str) -> tuple[str, ...]:
    """Return the words that make a question what it is, in order."""
    apart = unicodedata.normalize("NFD", question.lower())
    bare = "".join(letter for letter in apart if letter not in _ACCENTS)
    text = _PHRASE.sub(" ", unicodedata.normalize("NFC", bare))
    return tuple(word for word in _WORD.findall(text) if word not in _COURTESY)
