"""BM25, the usual measure of shared words (Robertson and Zaragoza 2009)."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

K1 = 1.2  # how fast a repeated word stops counting
B = 0.75  # how much a long text is held against it


class Bm25:
    """An index of documents, each a list of stems."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._count = len(documents)
        self._mean = sum(map(len, documents)) / max(1, self._count)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for index, document in enumerate(documents):
            self._add(index, document)

    def _add(self, index: int, document: Sequence[str]) -> None:
        length = 1 - B + B * len(document) / self._mean
        for stem, count in Counter(document).items():
            weight = count * (K1 + 1) / (count + K1 * length)
            self._postings.setdefault(stem, []).append((index, weight))

    def scores(self, query: Mapping[str, float]) -> list[float]:
        """Return a score a document; `query` holds stems and how much each counts."""
        found = [0.0] * self._count
        for stem, share in query.items():
            postings = self._postings.get(stem, ())
            rarity = math.log(1 + (self._count - len(postings) + 0.5) / (len(postings) + 0.5))
            for index, weight in postings:
                found[index] += share * rarity * weight
        return found
