"""What a model said of the photo, beside what people found. It never overrules them."""

from dataclasses import dataclass

from vigia_detect.clinical.engine.classify import INDETERMINATE, Proposal
from vigia_detect.clinical.engine.scope import LesionScope, known
from vigia_detect.clinical.inputs.case import ImageAnalysis
from vigia_detect.clinical.language.reading import Reading
from vigia_detect.clinical.rule_set import RuleSet

UNUSABLE = "image_unusable"
TOP = 2
"""How many of an unsure model's classes are shown (facts.md D-C2)."""


@dataclass(frozen=True, slots=True)
class Photo:
    """What the model adds to a lesion.

    Attributes:
        first: its first class, None when it gave none that can be used.
        probability: calibrated probability of that class.
        plausible: its classes that are likely enough to count, most likely first.
        shown: its classes to show, never fewer than the first two, nor without what no picture
            excludes beside them.
    """

    first: str | None = None
    probability: float | None = None
    plausible: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


def photo_readings(image: ImageAnalysis) -> dict[str, Reading]:
    """Return what conditions may ask about a photo."""
    said = frozenset({"image_analysis"})
    readings = {
        "photo.used": known(*(True,), because=said),
        "photo.has_error": known(image.error is not None, because=said),
        "photo.has_candidates": known(image.candidates is not None, because=said),
        "photo.names_lesion": known(image.lesion_id is not None, because=said),
        "photo.problems": known(image.problems or (), because=said),
    }
    if image.usable is not None:
        readings["photo.usable"] = known(image.usable, because=said)
    return readings


def look(image: ImageAnalysis, lesion: LesionScope, rules: RuleSet) -> Photo:
    """Return what the model's output is worth for this lesion, and record it there."""
    lesion.learn(photo_readings(image))
    words = rules.definitions
    spoiled = any(words[name].judge(lesion).is_true for name in ("photo_unusable", "photo_failed"))
    if spoiled or image.candidates is None:
        return Photo()
    ranked = sorted(image.candidates.items(), key=lambda item: (-item[1], item[0]))
    first, probability = ranked[0] if ranked else (None, 0.0)
    said = frozenset({"image_analysis.candidates"})
    lesion.learn({"photo.probability": known(probability, because=said)})
    likely = tuple(name for name, chance in ranked if chance >= rules.limit("plausible"))
    shown = tuple(name for name, _ in ranked[: max(TOP, len(likely))])
    beside = rules.classes.beside_of(shown).difference(shown)
    return Photo(first, probability, likely, (*shown, *sorted(beside)))


def differs(photo: Photo, proposal: Proposal) -> bool:
    """Return whether the model's first class is not what the bedside findings give."""
    if photo.first is None or not proposal.because:
        return False
    if proposal.class_ != INDETERMINATE:
        return photo.first != proposal.class_
    return photo.first not in proposal.candidates


def settle(
    photo: Photo, proposal: Proposal, lesion: LesionScope, rules: RuleSet
) -> tuple[str, tuple[str, ...]]:
    """Return class and candidates from both.

    Findings of people give the class. Where they give none, the model's first class is proposed if
    it is sure enough, fits what people found, and a picture alone may say so.
    """
    found, seen = proposal.candidates, photo.shown
    candidates = _merged(found, seen) if proposal.because else _merged(seen, found)
    if proposal.class_ != INDETERMINATE:
        return proposal.class_, candidates
    if not proposal.because and rules.definitions["photo_unusable"].judge(lesion).is_true:
        return UNUSABLE, candidates
    strange = rules.definitions["photo_strange"].judge(lesion).is_true
    sure = photo.probability is not None and photo.probability >= rules.limit("tau_low")
    allowed = photo.first not in {None, *rules.classes.never_from_image}
    if photo.first and sure and allowed and not strange and not differs(photo, proposal):
        return photo.first, _merged((photo.first,), candidates)
    return INDETERMINATE, candidates


def _merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return (*first, *(one for one in second if one not in first))
