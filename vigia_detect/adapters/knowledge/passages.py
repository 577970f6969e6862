"""What of a passage is searched: its words for BM25, its sentences for the vectors."""

from collections.abc import Iterator, Sequence

from vigia_detect.adapters.knowledge.index import Sentence
from vigia_detect.adapters.knowledge.question import Reader
from vigia_detect.adapters.knowledge.words import stems
from vigia_detect.domain.search import LANGUAGES, SearchText, Wording

TITLE_TIMES = 3  # a word of the title counts as three of the text
ASKED_TIMES = 2  # and one of what people ask with as two
_NOTHING = Wording("", ())


def document(text: SearchText, lang: str) -> list[str]:
    """Return the stems of a passage in one language, important ones several times."""
    wording = text.wordings.get(lang, _NOTHING)
    return [
        *(stems(wording.title, lang) * TITLE_TIMES),
        *(stems(" ".join(wording.asked), lang) * ASKED_TIMES),
        *stems(" ".join(wording.statements), lang),
        *stems(" ".join(text.questions.get(lang, ())), lang),
    ]


def sentences(texts: Sequence[SearchText], reader: Reader) -> list[Sentence]:
    """Return all sentences, those of a passage together; known questions as they would be read."""
    return [Sentence(text.id, said) for text in texts for said in _said(text, reader)]


def _said(text: SearchText, reader: Reader) -> Iterator[str]:
    for wording in text.wordings.values():
        yield from (wording.title, *wording.statements, *wording.asked)
    for lang in LANGUAGES:
        yield from (reader.read(question).text for question in text.questions.get(lang, ()))
