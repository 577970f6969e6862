"""Protocol search: shared words, near meaning and what known questions teach, put together."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from vigia_detect.adapters.knowledge.bm25 import Bm25
from vigia_detect.adapters.knowledge.encoder import Encoder
from vigia_detect.adapters.knowledge.index import Nearness, Scores, Sentence, VectorIndex
from vigia_detect.adapters.knowledge.passages import document, sentences
from vigia_detect.adapters.knowledge.question import Question, Reader
from vigia_detect.domain.search import (
    LANGUAGES,
    Engine,
    Filters,
    Hit,
    SearchText,
    Synonym,
)

# Shares of words, nearest sentence and learned direction; each is first brought to 0..1 within
# one answer. Chosen by cross-validation on the known questions, docs/knowledge/search.md.
SHARES: Mapping[Engine, tuple[float, float, float]] = {
    "hybrid": (0.5, 0.2, 0.3),
    "lexical": (1, 0, 0),
    "embedding": (0, 0.4, 0.6),
}


class Searcher:
    """Searches passages; what it needs is made at the first question."""

    def __init__(
        self,
        texts: Sequence[SearchText],
        synonyms: Sequence[Synonym],
        encoder: Encoder,
        make_index: Callable[[Sequence[Sentence]], VectorIndex],
    ) -> None:
        self._texts = tuple(texts)
        self._synonyms = synonyms
        self._encoder = encoder
        self._make_index = make_index

    def search(
        self, question: str, filters: Filters, *, limit: int = 3, engine: Engine = "hybrid"
    ) -> tuple[Hit, ...]:
        """Return the best passages, best first; none when nothing is asked or allowed."""
        read = self._reader.read(question)
        allowed = [text.id for text in self._texts if filters.allow(text)]
        if not read.text or not allowed:
            return ()
        lexical = self._lexical(read)
        near = Nearness({}, {}) if engine == "lexical" else self._near(read)
        hits = _hits(allowed, lexical, near, SHARES[engine])
        return tuple(hit for hit in hits if hit.score > 0)[:limit]

    def close(self) -> None:
        """Let go of the index; a later question makes it anew."""
        if "_index" in self.__dict__:
            self._index.close()
            del self._index

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._texts, self._synonyms)

    @cached_property
    def _index(self) -> VectorIndex:
        return self._make_index(sentences(self._texts, self._reader))

    @cached_property
    def _bm25(self) -> Mapping[str, Bm25]:
        return {lang: Bm25([document(text, lang) for text in self._texts]) for lang in LANGUAGES}

    def _lexical(self, read: Question) -> Scores:
        by_language = (self._bm25[lang].scores(read.stems[lang]) for lang in LANGUAGES)
        best = (max(scores) for scores in zip(*by_language, strict=True))
        return dict(zip((text.id for text in self._texts), best, strict=True))

    def _near(self, read: Question) -> Nearness:
        return self._index.compare(self._encoder.encode([read.text])[0])


def _hits(
    allowed: Sequence[str], lexical: Scores, near: Nearness, shares: tuple[float, float, float]
) -> list[Hit]:
    parts = [_scaled(scores) for scores in (lexical, near.cosines, near.learned)]
    hits = []
    for passage_id in allowed:
        weighed = zip(shares, parts, strict=True)
        score = sum(share * part.get(passage_id, 0.0) for share, part in weighed)
        words, cosine = lexical[passage_id], near.cosines.get(passage_id, 0.0)
        hits.append(Hit(passage_id, score, words, cosine))
    return sorted(hits, key=lambda hit: -hit.score)


def _scaled(scores: Scores) -> Scores:
    most = max(scores.values(), default=0.0)
    return {key: max(0.0, score) / most for key, score in scores.items()} if most > 0 else {}
