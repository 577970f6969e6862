"""The seam of protocol search: a question in, the passages that may answer it out."""

from typing import Protocol

from vigia_detect.domain.search import Engine, Filters, Hit


class PassageSearch(Protocol):
    """Finds protocol passages; a question never holds a patient's data."""

    def search(
        self, question: str, filters: Filters, *, limit: int = 3, engine: Engine = "hybrid"
    ) -> tuple[Hit, ...]:
        """Return the best passages, best first; none when nothing is asked or allowed."""

    def close(self) -> None:
        """Let go of what it holds; a later question makes it anew."""
