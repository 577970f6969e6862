"""The stages of a case and what each one waits for. The pipeline's shape is this table."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Stage(StrEnum):
    """One step of the pipeline. The injury's NPIAP category is its *class*, never a stage."""

    IMAGE_ANALYSIS = "image_analysis"
    RISK_SCORE = "risk_score"
    MEDICAL_ANALYSIS = "medical_analysis"
    TRIAGE = "triage"
    AUDIT_LOG = "audit_log"


INPUTS: Mapping[Stage, tuple[Stage, ...]] = MappingProxyType(
    {
        Stage.IMAGE_ANALYSIS: (),
        Stage.RISK_SCORE: (),
        Stage.MEDICAL_ANALYSIS: (Stage.IMAGE_ANALYSIS, Stage.RISK_SCORE),
        Stage.TRIAGE: (Stage.MEDICAL_ANALYSIS,),
        Stage.AUDIT_LOG: (Stage.TRIAGE,),
    }
)

# Without these two there is no result to show; without the others there is one with less in it.
ESSENTIAL = frozenset({Stage.MEDICAL_ANALYSIS, Stage.TRIAGE})


def successors(stage: Stage) -> tuple[Stage, ...]:
    """Return the stages that wait for `stage`."""
    return tuple(later for later, inputs in INPUTS.items() if stage in inputs)


def followers(stage: Stage) -> tuple[Stage, ...]:
    """Return every stage whose result depends on that of `stage`, in their order."""
    later = set(successors(stage))
    for one in Stage:  # in their order, so the successors of each are complete when it is asked
        if one in later:
            later |= set(successors(one))
    return tuple(one for one in Stage if one in later)
