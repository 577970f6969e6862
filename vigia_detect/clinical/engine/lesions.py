"""What is proposed for each lesion: class, flags, other causes, PUSH."""

from dataclasses import dataclass

from vigia_detect.clinical.engine import photo as photos
from vigia_detect.clinical.engine.classify import INDETERMINATE, Proposal, propose
from vigia_detect.clinical.engine.photo import UNUSABLE, Photo
from vigia_detect.clinical.engine.push import Push, push_of
from vigia_detect.clinical.engine.scope import LesionScope, known
from vigia_detect.clinical.inputs.case import ImageAnalysis
from vigia_detect.clinical.inputs.lesion import Lesion
from vigia_detect.clinical.language.reading import Reading
from vigia_detect.clinical.output import Certainty
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.clinical.vocabulary import BLANCHABLE
from vigia_detect.domain.logic import Truth

NO_CLASS = (INDETERMINATE, UNUSABLE)
OTHERWISE = {BLANCHABLE: "no_lesion_seen"}
"""A candidate that is no class of its own, and the class that it would be."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is proposed for one lesion.

    Attributes:
        open: unknown findings that could change class or certainty, or add a flag.
    """

    id: str
    scope: LesionScope
    proposal: Proposal
    photo: Photo
    push: Push
    class_: str
    candidates: tuple[str, ...]
    certainty: Certainty
    flags: tuple[str, ...]
    open: frozenset[str]
    differentials: tuple[str, ...]
    wound_diagram_total: int | None


def examine(
    name: str,
    lesion: Lesion,
    *,
    bedside: LesionScope,
    everything: LesionScope,
    image: ImageAnalysis | None,
    rules: RuleSet,
    said: str | None = None,
) -> Found:
    """Work out what is proposed for a lesion, and leave it in its scope for the rules.

    Args:
        name: id of the lesion.
        lesion: as reported.
        bedside: what was filled into fields; the only thing that gives a class.
        everything: the notes too; what the rules see.
        image: the model's output, if it is about this lesion.
        rules: the rule set.
        said: the class that a clinician gave it on review, if any.
    """
    proposal = propose(bedside, rules, said)
    photo = Photo() if image is None else photos.look(image, everything, rules)
    class_, candidates = photos.settle(photo, proposal, everything, rules)
    certainty = _certainty(class_, proposal)
    push = _push(lesion, bedside, rules)
    everything.learn(
        {
            "lesion_class": _class_reading(class_, candidates, proposal),
            "lesion_candidates": known(candidates, because=proposal.because),
            "lesion_certainty": known(certainty, because=proposal.because),
            "photo.differs": known(photos.differs(photo, proposal), because=proposal.because),
            "photo.alone": known(proposal.class_ == INDETERMINATE, because=proposal.because),
            **_push_readings(push, everything),
        }
    )
    flags, unsettled = _flags(everything, rules)
    differentials = _differentials(everything, rules)
    everything.learn({"has_differentials": known(bool(differentials))})
    return Found(
        id=name,
        scope=everything,
        proposal=proposal,
        photo=photo,
        push=push,
        class_=class_,
        candidates=candidates,
        certainty=certainty,
        flags=flags,
        open=proposal.open | unsettled,
        differentials=differentials,
        wound_diagram_total=lesion.cl_wound_diagram_total,
    )


def _certainty(class_: str, proposal: Proposal) -> Certainty:
    if class_ in NO_CLASS:
        return "indeterminate"
    return "confirmed" if proposal.confirmed and class_ == proposal.class_ else "to_confirm"


def _class_reading(class_: str, candidates: tuple[str, ...], proposal: Proposal) -> Reading:
    """Where no class is proposed, each candidate that the findings allow may be the right one.

    What could change a proposed class is asked for with the class, not with every rule about it.
    Where nobody found anything, a model's candidates alone settle nothing.
    """
    if class_ not in NO_CLASS:
        both = (class_, proposal.beside) if proposal.beside else (class_,)
        return known(*both, because=proposal.because)
    possible = tuple(dict.fromkeys(OTHERWISE.get(one, one) for one in candidates))
    found = possible if proposal.because else ()
    return Reading(found, proposal.because, proposal.open, alternatives=True)


def _push(lesion: Lesion, bedside: LesionScope, rules: RuleSet) -> Push:
    words = rules.definitions
    was_wound = lesion.previous_max_stage is not None
    closed = words["closed_bed"].judge(bedside).is_true or (
        was_wound and words["intact"].judge(bedside).is_true
    )
    return push_of(
        lesion,
        rules.scales,
        is_open=words["open_skin"].judge(bedside).is_true,
        is_closed=closed,
    )


def _push_readings(push: Push, lesion: LesionScope) -> dict[str, Reading]:
    """Return the course; where the history is too short, more of it would tell."""
    history = lesion.read("lesion.push_history").open
    course = {
        "lesion.push_rising": push.trend.rising,
        "lesion.push_falling": push.trend.falling,
        "lesion.push_stalled": push.trend.stalled,
    }
    return {
        name: Reading((), open=history) if value is None else known(value, because=history)
        for name, value in course.items()
    }


def _flags(lesion: LesionScope, rules: RuleSet) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the flags, and what could still add one."""
    verdicts = {flag.id: flag.when.judge(lesion) for flag in rules.flags}
    shown = tuple(name for name, verdict in verdicts.items() if verdict.is_true)
    because = frozenset[str]().union(*(verdicts[name].because for name in shown))
    lesion.learn({"lesion_flags": known(shown, because=because)})
    unknown = (verdict for verdict in verdicts.values() if verdict.truth is Truth.UNKNOWN)
    return shown, frozenset[str]().union(*(verdict.open for verdict in unknown))


def _differentials(lesion: LesionScope, rules: RuleSet) -> tuple[str, ...]:
    """Return the other causes to show; the one that most findings speak for comes first."""
    shown = [cause for cause in rules.differentials if cause.when.judge(lesion).is_true]
    weights = {
        cause.id: sum(point.judge(lesion).is_true for point in cause.points) for cause in shown
    }
    return tuple(cause.id for cause in sorted(shown, key=lambda cause: -weights[cause.id]))
