"""One line of the review queue: what a nurse or physician sees of a case that waits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vigia_detect.clinical import RuleSet
from vigia_detect.domain.case import Json, JsonObject, RunStatus
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.json_values import list_or_empty, number, object_or_empty, objects
from vigia_detect.domain.review import Waiting
from vigia_detect.domain.review_texts import (
    IMAGE_UNUSABLE,
    NO_CLASS,
    TO_CONFIRM,
    UNREADABLE,
    WHY,
)
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.domain.triage import Urgency
from vigia_detect.stages.report import iso

DOUBT = "D-C"
"""How the rules that ask for a person begin (facts.md D)."""


@dataclass(frozen=True, slots=True)
class Why:
    """A reason to look: its code or rule id, and the words for it."""

    code: str
    es: str
    en: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A class that is still possible.

    Attributes:
        probability: calibrated, by the model that saw the picture; None when it said nothing.
    """

    id: str
    probability: float | None
    es: str
    en: str


@dataclass(frozen=True, slots=True)
class LesionProposal:
    """What is proposed for one lesion.

    Attributes:
        proposed: the class.
        candidates: classes still possible, most likely first.
    """

    lesion: str
    proposed: str
    certainty: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Two findings that do not agree, as a question to whoever reviews; it decides nothing."""

    es: str
    en: str


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A case that waits for a person. Times are ISO 8601 in UTC.

    Attributes:
        may_be_grave: whether it could be worse than it looks; what is not known counts as such.
        age_s: seconds since it was accepted.
        claimed_by: who holds it now; None: nobody.
        lesions: empty when there is no result.
        questions: where findings do not agree, by what a language model was part of and nobody has
            verified; empty when there are none or nobody has looked.
    """

    case_id: CaseId
    overall_status: CaseState
    urgency: Urgency
    may_be_grave: bool
    age_s: float
    accepted_at: str
    why: tuple[Why, ...]
    lesions: tuple[LesionProposal, ...]
    questions: tuple[Question, ...]
    claimed_by: str | None
    claimed_until: str | None


def review_item(
    waiting: Waiting,
    runs: tuple[RunStatus, ...],
    results: Mapping[Stage, JsonObject] | None,
    rules: RuleSet,
    now: float,
    *,
    told: JsonObject | None = None,
) -> ReviewItem:
    """Return the line about a case.

    Args:
        waiting: how it stands.
        runs: its stages.
        results: what they gave; None when it does not decrypt.
        rules: for the words of classes and rules.
        now: the database's time, Unix seconds.
        told: the narrative of its decision; None when there is none to show.
    """
    found = (results or {}).get(Stage.MEDICAL_ANALYSIS)
    image = (results or {}).get(Stage.IMAGE_ANALYSIS)
    claim = waiting.claim
    return ReviewItem(
        case_id=waiting.id,
        overall_status=waiting.state,
        urgency=waiting.urgency,
        may_be_grave=waiting.grave,
        age_s=round(now - waiting.created_at, 1),
        accepted_at=iso(waiting.created_at) or "",
        why=tuple(_why(runs, found, readable=results is not None, rules=rules)),
        lesions=_lesions(found, image, rules),
        questions=tuple(_questions(told)),
        claimed_by=None if claim is None else claim.by,
        claimed_until=None if claim is None else iso(claim.until),
    )


def lesion_classes(found: JsonObject | None) -> JsonObject:
    """Return the class that is proposed for each lesion of an assessment."""
    lesions = objects((found or {}).get("lesions"))
    return {str(one["id"]): one["class"] for one in lesions}


def _questions(told: JsonObject | None) -> Iterator[Question]:
    for one in objects((told or {}).get("contradictions")):
        words = object_or_empty(one.get("question"))
        if words:
            yield Question(str(words.get("es", "")), str(words.get("en", "")))


def _why(
    runs: tuple[RunStatus, ...], found: JsonObject | None, *, readable: bool, rules: RuleSet
) -> Iterator[Why]:
    codes = [f"{run.task}_failed" for run in runs if run.state == RunState.FAILED]
    codes += [] if readable else [UNREADABLE]
    for code in dict.fromkeys([*codes, *_doubts(found)]):
        yield Why(code, WHY[code]["es"], WHY[code]["en"])
    fired = {str(rule) for rule in list_or_empty((found or {}).get("rules"))}
    for rule in rules.rules:
        if rule.id in fired and rule.id.startswith(DOUBT):
            yield Why(rule.id, rule.data.text.es, rule.data.text.en)


def _doubts(found: JsonObject | None) -> Iterator[str]:
    for lesion in objects((found or {}).get("lesions")):
        if lesion["class"] == IMAGE_UNUSABLE:
            yield IMAGE_UNUSABLE
        else:
            yield NO_CLASS if lesion["certainty"] == "indeterminate" else TO_CONFIRM


def _lesions(
    found: JsonObject | None, image: JsonObject | None, rules: RuleSet
) -> tuple[LesionProposal, ...]:
    said = object_or_empty((image or {}).get("candidates"))
    lesions = objects((found or {}).get("lesions"))
    return tuple(
        LesionProposal(
            lesion=str(lesion["id"]),
            proposed=str(lesion["class"]),
            certainty=str(lesion["certainty"]),
            # The picture is of the first lesion.
            candidates=tuple(_candidates(lesion, {} if place else said, rules)),
        )
        for place, lesion in enumerate(lesions)
    )


def _candidates(lesion: JsonObject, said: JsonObject, rules: RuleSet) -> Iterator[Candidate]:
    words = {flag.id: (flag.data.es, flag.data.en) for flag in rules.flags}
    words |= {name: (data.es, data.en) for name, data in rules.classes.classes.items()}
    for name in map(str, list_or_empty(lesion["candidates"])):
        # A result may be older than the rules of today: then the code must do.
        yield Candidate(name, _probability(said.get(name)), *words.get(name, (name, name)))


def _probability(value: Json) -> float | None:
    return None if value is None else number(value)
