"""Protocol search: shared words and near meaning, put together."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from vigia_detect.adapters.knowledge.bm25 import Bm25, repeated
from vigia_detect.adapters.knowledge.encoder import Encoder
from vigia_detect.adapters.knowledge.index import VectorIndex
from vigia_detect.adapters.knowledge.question import Question, Reader
from vigia_detect.adapters.knowledge.words import stems
from vigia_detect.domain.search import (
    LANGUAGES,
    Engine,
    Filters,
    Hit,
    SearchText,
    Synonym,
    Wording,
)

TITLE_TIMES = 3  # a word of the title counts as three of the text
ASKED_TIMES = 2  # and one of what people ask with as two
LEXICAL_SHARE = 0.6  # of the mix; both parts are first brought to 0..1 within one answer


class Searcher:
    """Searches passages; indexes are made at the first question."""

    def __init__(
        self,
        texts: Sequence[SearchText],
        synonyms: Sequence[Synonym],
        encoder: Encoder,
        make_index: Callable[[], VectorIndex],
    ) -> None:
        self._texts = tuple(texts)
        self._synonyms = synonyms
        self._encoder = encoder
        self._make_index = make_index

    def search(
        self, question: str, filters: Filters, *, limit: int = 3, engine: Engine = "hybrid"
    ) -> tuple[Hit, ...]:
        """Return the best passages, best first; none when nothing is asked or allowed."""
        if not question.strip():
            return ()
        read = self._reader.read(question)
        lexical = self._lexical(read) if engine != "embedding" else {}
        semantic = self._semantic(read) if engine != "lexical" else {}
        hits = _ranked(self._texts, lexical, semantic)
        allowed = {text.id for text in self._texts if filters.allow(text)}
        return tuple(hit for hit in hits if hit.passage_id in allowed and hit.score > 0)[:limit]

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._texts, self._synonyms)

    @cached_property
    def _index(self) -> VectorIndex:
        return self._make_index()

    @cached_property
    def _bm25(self) -> Mapping[str, Bm25]:
        return {lang: Bm25([_document(text, lang) for text in self._texts]) for lang in LANGUAGES}

    def _lexical(self, read: Question) -> dict[str, float]:
        by_language = (self._bm25[lang].scores(read.stems[lang]) for lang in LANGUAGES)
        best = (max(scores) for scores in zip(*by_language, strict=True))
        return dict(zip((text.id for text in self._texts), best, strict=True))

    def _semantic(self, read: Question) -> dict[str, float]:
        return self._index.cosines(self._encoder.encode([read.text])[0])


def _document(text: SearchText, lang: str) -> list[str]:
    wording = text.wordings.get(lang, Wording("", ()))
    title, body = stems(wording.title, lang), stems(" ".join(wording.statements), lang)
    asked = stems(" ".join(wording.asked), lang)
    return repeated([(title, TITLE_TIMES), (asked, ASKED_TIMES), (body, 1)])


def _ranked(
    texts: Sequence[SearchText], lexical: Mapping[str, float], semantic: Mapping[str, float]
) -> list[Hit]:
    shares = _scaled(lexical), _scaled(semantic)
    hits = []
    for text in texts:
        parts = [share.get(text.id, 0.0) for share in shares]
        score = LEXICAL_SHARE * parts[0] + (1 - LEXICAL_SHARE) * parts[1]
        found = lexical.get(text.id, 0.0), semantic.get(text.id, 0.0)
        hits.append(Hit(text.id, score, *found))
    return sorted(hits, key=lambda hit: -hit.score)


def _scaled(scores: Mapping[str, float]) -> dict[str, float]:
    most = max(scores.values(), default=0.0)
    return {key: max(0.0, score) / most for key, score in scores.items()} if most > 0 else {}
