from dataclasses import dataclass
from typing import Literal

Lang = Literal["es", "en"]
Value = float | int | bool | str


@dataclass(frozen=True, slots=True)
class NoteFinding:
    """One thing that a note says about the patient, with the place where it says so.

    Attributes:
        field: input path without ``patient_context.``; ``lesions[].x`` when the note does not say
            which lesion, ``conditions[]`` and ``lesions[].visible_structures[]`` for one member of
            a list. `NOTE_ONLY` lists the paths that exist in notes alone.
        value: the value in the field's unit and codes. What is said to be absent has the field's
            own absent value (``False``, ``"none"``, ``0``).
        start: first character of the evidence in the original text.
        end: one past the last character of the evidence.
    """

    field: str
    value: Value
    start: int
    end: int


NOTE_ONLY = frozenset(
    {
        "symptoms.fever",
        "symptoms.hypothermia",
        "symptoms.hypotension",
        "symptoms.tachypnoea",
        "symptoms.bradycardia",
        "symptoms.suspected_sepsis",
        "symptoms.suspected_infection",
        "symptoms.suspected_necrotising_infection",
        "symptoms.suspected_dysreflexia",
    }
)
"""Signs a nurse writes in words where the case format has only a number or no field at all.

``True`` is said to be present, ``False`` said to be absent ("afebril"). A rule may read ``True`` as
the sign; it must not read ``False`` as a measured normal value.
"""
