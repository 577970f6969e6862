"""What a question says in the protocols' words: spelling repaired, lay words translated."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vigia_detect.adapters.knowledge.spelling import Speller
from vigia_detect.adapters.knowledge.words import COMMON, FILLER, stem, words
from vigia_detect.domain.search import LANGUAGES, SearchText, Synonym

SYNONYM_SHARE = 0.5  # what a translated word counts beside one that was said
COMMON_SHARE = 0.3  # what a word counts that is in nearly every passage

Phrase = tuple[tuple[str, ...], Synonym]


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be searched for.

    Attributes:
        stems: by language, stems and how much each counts.
        text: the words with repaired spelling, and the protocols' words for them.
    """

    stems: dict[str, dict[str, float]]
    text: str


class Reader:
    """Reads questions by the words of the passages and the synonyms."""

    def __init__(self, texts: Sequence[SearchText], synonyms: Sequence[Synonym]) -> None:
        self._phrases = {lang: _phrases(synonyms, lang) for lang in LANGUAGES}
        self._speller = Speller(_vocabulary(texts, synonyms))

    def read(self, question: str) -> Question:
        """Return what a question asks."""
        said = [self._speller.repair(word) for word in words(question)]
        found = self._synonyms(said)
        lang = language(said)
        stems = {each: _stems(said, found, each) for each in LANGUAGES}
        meant = " ".join(synonym.means[lang] for synonym in found)
        text = " ".join(said)
        return Question(stems, f"{text}. {meant}" if meant else text)

    def _synonyms(self, said: Sequence[str]) -> list[Synonym]:
        # a synonym found by the stems of both languages counts once
        found = {
            id(synonym): synonym
            for lang in LANGUAGES
            for synonym in _found([stem(word, lang) for word in said], self._phrases[lang])
        }
        return list(found.values())


def language(said: Sequence[str]) -> str:
    """Return the language whose filler words are more; Spanish when it cannot be said."""
    counts = {lang: sum(word in FILLER[lang] for word in said) for lang in LANGUAGES}
    return max(LANGUAGES, key=lambda lang: counts[lang])


def _stems(said: Sequence[str], found: Sequence[Synonym], lang: str) -> dict[str, float]:
    meant = [word for synonym in found for word in words(synonym.means[lang])]
    shares = [*((word, SYNONYM_SHARE) for word in meant), *((word, 1.0) for word in said)]
    return {
        stem(word, lang): share * (COMMON_SHARE if word in COMMON else 1)
        for word, share in shares
        if word not in FILLER[lang] and not word.isdigit()  # a quantity is no topic
    }


def _phrases(synonyms: Sequence[Synonym], lang: str) -> Mapping[str, list[Phrase]]:
    """Return all phrases by their first stem, the longest first."""
    by_first: dict[str, list[Phrase]] = defaultdict(list)
    for synonym in synonyms:
        for said in synonym.say:
            phrase = tuple(stem(word, lang) for word in words(said))
            by_first[phrase[0]].append((phrase, synonym))
    for phrases in by_first.values():
        phrases.sort(key=lambda pair: -len(pair[0]))
    return by_first


def _found(stemmed: list[str], phrases: Mapping[str, list[Phrase]]) -> Iterable[Synonym]:
    place = 0
    while place < len(stemmed):
        step = 1
        for phrase, synonym in phrases.get(stemmed[place], ()):
            if tuple(stemmed[place : place + len(phrase)]) == phrase:
                yield synonym
                step = len(phrase)
                break
        place += step


def _vocabulary(texts: Sequence[SearchText], synonyms: Sequence[Synonym]) -> set[str]:
    known: set[str] = set().union(*FILLER.values())
    for text in texts:
        for wording in text.wordings.values():
            known.update(words(" ".join((wording.title, *wording.statements, *wording.asked))))
    for synonym in synonyms:
        known.update(words(" ".join((*synonym.say, *synonym.means.values()))))
    return known
