"""A protocol question whose answer may be used again, and when two questions are the same one.

Looking alike is not enough: "right heel" and "left heel", or a question and its negation, are
nearer in meaning than most true repeats. So an answer is shared only by questions with the same
words and signs in the same order, apart from what cannot change an answer: capitals, accents,
ordinary punctuation, articles and courtesy. A sign that is not known to be harmless counts: 5 µg
is not 5 g, and ↑ is not ↓.
"""

import re
import unicodedata
from dataclasses import dataclass

# Numbers whole, with their signs: 1,5 is not 15, .5 is not 5, 5' is not 5".
_WORD = re.compile(r"[.,]?\d+(?:[.,:]\d+)*['\u2019\"”]?|[^\W\d_]+|\S")
_ACCENTS = frozenset("\u0300\u0301\u0308")  # not the tilde: the ñ is a letter of its own
_HYPHENS = re.compile("[\u2010-\u2015\u2212]")
# The English `a` is not among them: vitamin A is another vitamin.
_COURTESY = frozenset(
    {
        *("el", "la", "los", "las", "un", "una", "the", "an"),
        *("hola", "gracias", "please", "thanks"),
    }
)
# `por` alone can matter: "por boca".
_PHRASE = re.compile(r"\bpor favor\b")
_ASKING = frozenset("¿?¡!")
_PUNCTUATION = frozenset(".,;:()«»\"“”…'\u2019`")
# Beside these a comma decides what is denied: "no, girar" is not "no girar".
_DENYING = frozenset({"no", "ni", "sin", "nunca", "jamas", "not", "nor", "never", "without"})
_ACCENT_COUNTS = frozenset({"sí", "él"})
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
    """Return the words and signs that make a question what it is, in order."""
    text = _HYPHENS.sub("-", unicodedata.normalize("NFC", question).lower())
    words = [_bare(word) for word in _WORD.findall(_PHRASE.sub(" ", text))]
    words = [word for word in words if word not in _COURTESY | _ASKING]
    if _DENYING.isdisjoint(words):
        return tuple(word for word in words if word not in _PUNCTUATION)
    return _without_ends(words)


def _bare(word: str) -> str:
    if word in _ACCENT_COUNTS:
        return word
    apart = unicodedata.normalize("NFD", word)
    bare = "".join(letter for letter in apart if letter not in _ACCENTS)
    return unicodedata.normalize("NFC", bare)


def _without_ends(words: list[str]) -> tuple[str, ...]:
    """Return words without the punctuation before the first and after the last of them."""
    said = [place for place, word in enumerate(words) if word not in _PUNCTUATION]
    return tuple(words[said[0] : said[-1] + 1]) if said else ()
