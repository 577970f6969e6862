"""The words that conditions may use: every input field, and every fact the engine works out."""

from collections.abc import Iterable, Mapping
from typing import get_args

from vigia_detect.clinical.inputs import codes
from vigia_detect.clinical.inputs.schema import YES_NO, known_paths
from vigia_detect.clinical.language.grammar import Codes, Vocabulary
from vigia_detect.clinical.notes.finding import NOTE_ONLY
from vigia_detect.domain.triage import Urgency

BLANCHABLE = "blanchable_erythema"
OF_LESION = ("lesion.", "lesion_", "photo.", "has_differentials")
CERTAINTIES = ("confirmed", "to_confirm", "indeterminate")

CASE_YES_NO = (
    "supports.has_devices",
    "no_lesion_listed",
    "risk_incomplete",
    "red_flag",
    "doubt_fired",
    "notes_differ",
    "asked_vital_missing",
)
LESION_YES_NO = (
    "lesion.label_side_differs",
    "lesion.push_rising",
    "lesion.push_falling",
    "lesion.push_stalled",
    "has_differentials",
    "photo.used",
    "photo.usable",
    "photo.has_error",
    "photo.has_candidates",
    "photo.names_lesion",
    "photo.differs",
    "photo.alone",
)
NUMBERS = ("age_years", "lesion.cover_percent", "photo.probability")


def vocabulary(
    *,
    classes: Iterable[str],
    flags: Iterable[str],
    risk_levels: Iterable[str],
    sets: Mapping[str, Iterable[str]],
    limits: Mapping[str, float],
    definitions: Mapping[str, str],
) -> Vocabulary:
    """Return all words; definitions are read in order, so each may use those before it.

    Raises:
        ConditionError: a definition cannot be read; its name is in the text.
    """
    yes_no = (*NOTE_ONLY, *CASE_YES_NO, *LESION_YES_NO)
    class_codes = frozenset(classes)
    paths: dict[str, Codes] = {
        **input_paths(),
        **dict.fromkeys(yes_no, frozenset(YES_NO)),
        **dict.fromkeys(NUMBERS, frozenset[str]()),
        "lesion_class": class_codes,
        "lesion_candidates": class_codes | {BLANCHABLE},
        "lesion_certainty": frozenset(CERTAINTIES),
        "lesion_flags": frozenset(flags),
        "photo.problems": frozenset(get_args(codes.ImageProblem)),
        "risk_category": frozenset(risk_levels),
        "urgency": frozenset(level.value for level in Urgency),
    }
    of_lesion = frozenset(path for path in paths if path.startswith(OF_LESION))
    named = {name: frozenset(members) for name, members in sets.items()}
    words = Vocabulary(paths, of_lesion, named, limits)
    for name, text in definitions.items():
        words.define(name, text)
    return words


def input_paths() -> dict[str, Codes]:
    """Return every input field as conditions name it, with its codes."""
    found: dict[str, Codes] = {}
    for path, allowed in known_paths().items():
        name = path.replace("lesions[].", "lesion.", 1).removesuffix("[].type")
        if "[]" not in name:
            found[name] = frozenset(allowed)
    return found
