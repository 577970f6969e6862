"""What a language model wrote about a case, after every check; it never decides anything."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Self

from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.json_values import list_or_empty, number, object_or_empty, objects


class NoNarrativeReason(StrEnum):
    """Why a case has no narrative; the case itself is whole without one.

    Attributes:
        AWAY: the server does not answer, or is left alone for a while.
        SERVER_ERROR: the server answered, but only that something in it is broken.
        SLOW: it was not whole in time.
        REFUSED: the server or the model would not answer.
        INVALID: what it wrote does not fit its form.
        NOTHING_LEFT: no sentence passed the checks.
        NO_PICTURE: of a description only: there is no picture, or it shows a person's face or
            somebody else, or nobody knows whether it does.
        FAILED: Vigia's own part of it failed, or its process died again and again.
        NOT_DECIDED: triage has not spoken, so there is nothing to tell (yet).
        SUPERSEDED: the case was decided anew meanwhile; it was about another result.
        ERASED: it was there, and was deleted with the patient's data or when its time was over.
    """

    NOT_CONFIGURED = "not_configured"
    AWAY = "away"
    SERVER_ERROR = "server_error"
    SLOW = "slow"
    REFUSED = "refused"
    INVALID = "invalid"
    NOTHING_LEFT = "nothing_left"
    NO_PICTURE = "no_picture"
    FAILED = "failed"
    NOT_DECIDED = "not_decided"
    SUPERSEDED = "superseded"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence that passed the checks.

    Attributes:
        cites: ids of the supplied passages and findings that it rests on; at least one.
    """

    text: str
    cites: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raises ValueError without a text or a citation."""
        if not self.text.strip() or not self.cites:
            raise ValueError("a sentence of a narrative has a text and cites what it rests on")


@dataclass(frozen=True, slots=True)
class Narrative:
    """What a language model wrote about a case, as far as it passed the checks.

    Attributes:
        lang: language of the summary, `es` or `en`.
        description: what the model saw in the picture, in codes; None when it did not look, or
            what it said cannot be used.
        contradictions: questions for a person: each names two findings that do not agree.
        summary: sentences in the order that the model gave them.
        sources: what the summary cites, id -> words.
        dropped: how many sentences failed, by the check that they failed first.
        missing: which part of the narrative there is not, and why.
        made_by: the model, each prompt as "name version checksum", knowledge and rules.
        seconds: how long the whole took.
    """

    lang: str
    description: JsonObject | None = None
    contradictions: tuple[JsonObject, ...] = ()
    summary: tuple[CitedSentence, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, NoNarrativeReason] = field(default_factory=dict)
    made_by: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def to_json(self) -> JsonObject:
        """Return it as it is stored and shown."""
        return {
            "lang": self.lang,
            "description": self.description,
            "contradictions": list(self.contradictions),
            "summary": [asdict(one) | {"cites": list(one.cites)} for one in self.summary],
            "sources": dict(self.sources),
            "dropped": dict(self.dropped),
            "missing": {part: reason.value for part, reason in self.missing.items()},
            "made_by": dict(self.made_by),
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def from_json(cls, stored: JsonObject) -> Self:
        """Return what `to_json` wrote.

        Raises:
            ValueError, KeyError or TypeError: it is something else.
        """
        description = stored["description"]
        return cls(
            lang=str(stored["lang"]),
            description=description if isinstance(description, dict) else None,
            contradictions=tuple(objects(stored["contradictions"])),
            summary=tuple(_sentence(one) for one in objects(stored["summary"])),
            sources=_texts(object_or_empty(stored["sources"])),
            dropped={why: int(number(n)) for why, n in object_or_empty(stored["dropped"]).items()},
            missing={
                part: NoNarrativeReason(str(reason))
                for part, reason in object_or_empty(stored["missing"]).items()
            },
            made_by=_texts(object_or_empty(stored["made_by"])),
            seconds=number(stored["seconds"]),
        )


def _sentence(stored: JsonObject) -> CitedSentence:
    return CitedSentence(str(stored["text"]), tuple(map(str, list_or_empty(stored["cites"]))))


def _texts(stored: JsonObject) -> dict[str, str]:
    return {name: str(text) for name, text in stored.items()}
