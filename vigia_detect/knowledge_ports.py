"""The seams of the knowledge: finding passages, and keeping answers to protocol questions."""

from typing import Protocol

from vigia_detect.domain.asked import Asked, CacheRates
from vigia_detect.domain.search import Engine, Filters, Hit


class PassageSearch(Protocol):
    """Finds protocol passages; a question never holds a patient's data."""

    def search(
        self, question: str, filters: Filters, *, limit: int = 3, engine: Engine = "hybrid"
    ) -> tuple[Hit, ...]:
        """Return the best passages, best first; none when nothing is asked or allowed."""

    def close(self) -> None:
        """Let go of what it holds; a later question makes it anew."""


class AnswerCache(Protocol):
    """Keeps answers to protocol questions for a while. Never used for a case."""

    def get(self, asked: Asked) -> bytes | None:
        """Return a kept answer to the same question, or None; also when the server is away."""

    def put(self, asked: Asked, answer: bytes) -> None:
        """Keep an answer, unless the question may not be shared or the server is away."""

    def rates(self) -> CacheRates:
        """Return how often an answer was there. Raises BrokerUnavailableError."""

    def close(self) -> None:
        """Close the connections."""
