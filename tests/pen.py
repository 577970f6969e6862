"""A writer of narratives that does as a test asks, in place of a language model."""

from collections.abc import Callable

from vigia_detect.domain.case import CaseFile, JsonObject, StageResults
from vigia_detect.domain.narrative import CitedSentence, Narrative

SAID = "Úlcera de espesor parcial en el sacro."
QUESTION: JsonObject = {"es": "¿Qué lado es?", "en": "Which side is it?"}
MADE_BY = {
    "model": "test-model",
    "prompt_summary": "summary 1 0f0f",
    "rules": "test-1",
    "knowledge": "1",
}


def nothing() -> None:
    """Happens while it writes."""


class Pen:
    """Writes the same of every case, unless told to fail.

    Attributes:
        asked: the stages whose results it was given, and its seconds, once for each time.
        meanwhile: what happens while it writes.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[frozenset[str], float]] = []
        self.failing: BaseException | None = None
        self.meanwhile: Callable[[], None] = nothing

    def narrate(self, case: CaseFile, results: StageResults, *, within_s: float) -> Narrative:
        """Return a narrative of one sentence."""
        self.asked.append((frozenset(results), within_s))
        self.meanwhile()
        if self.failing is not None:
            raise self.failing
        summary = (CitedSentence(SAID, ("finding-1",)),)
        return Narrative(
            lang=case.lang,
            contradictions=({"question": QUESTION},),
            summary=summary,
            sources={"finding-1": SAID},
            made_by=MADE_BY,
        )
