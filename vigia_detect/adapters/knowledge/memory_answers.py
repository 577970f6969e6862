"""Answers to protocol questions in this process: for tests, and for trying out without a server."""

from vigia_detect.domain.asked import Asked, CacheRates


class MemoryAnswers:
    """A cache that forgets with its process.

    Attributes:
        kept: answers by what all questions that share one have in common.
    """

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self._hits = self._misses = 0

    def get(self, asked: Asked) -> bytes | None:
        """Return a kept answer to the same question, or None."""
        if not asked.shareable:
            return None
        found = self.kept.get(asked.name)
        self._hits += found is not None
        self._misses += found is None
        return found

    def put(self, asked: Asked, answer: bytes) -> None:
        """Keep an answer, unless the question may not be shared."""
        if asked.shareable:
            self.kept[asked.name] = answer

    def rates(self) -> CacheRates:
        """Return how often an answer was there."""
        return CacheRates(self._hits, self._misses)

    def close(self) -> None:
        """Forget everything."""
        self.kept.clear()
