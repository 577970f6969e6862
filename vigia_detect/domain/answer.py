"""What a person gets who asks about protocols: passages, and perhaps sentences about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.json_values import list_or_empty, objects
from vigia_detect.domain.narrative import CitedSentence

PERSONAL = "personal"
"""Why there are no sentences: the question seems to be about somebody, so no model gets it."""
NOTHING_FOUND = "nothing_found"
"""Why there are no sentences: no passage answers the question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a protocol question.

    Attributes:
        lang: of the sentences, `es` or `en`.
        passages: ids of the passages found, best first; they are always shown with the sentences.
        sentences: those that passed the checks; each cites statements as `PASSAGE.NUMBER`, the
            first is number 1.
        none: why there are no sentences, `PERSONAL`, `NOTHING_FOUND` or a `NoNarrativeReason`;
            empty when there are some.
        dropped: how many sentences failed, by the check that they failed.
        made_by: the model, the prompt as "name version checksum", and the knowledge.
        kept: whether it comes from the cache.
    """

    lang: str
    passages: tuple[str, ...]
    sentences: tuple[CitedSentence, ...] = ()
    none: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)
    made_by: Mapping[str, str] = field(default_factory=dict)
    kept: bool = False

    def without(self, why: str) -> Self:
        """Return the passages alone, and why."""
        return replace(self, sentences=(), none=why)

    def to_json(self) -> JsonObject:
        """Return the part that a model wrote, as it is kept and shown."""
        return {
            "sentences": [{"text": one.text, "cites": list(one.cites)} for one in self.sentences],
            "none": self.none or None,
            "dropped": dict(self.dropped),
            "made_by": dict(self.made_by),
            "kept": self.kept,
        }


def sentences_of(kept: JsonObject) -> tuple[CitedSentence, ...]:
    """Return the sentences that `Answer.to_json` wrote. Raises ValueError or KeyError."""
    return tuple(
        CitedSentence(str(one["text"]), tuple(map(str, list_or_empty(one["cites"]))))
        for one in objects(kept["sentences"])
    )
