"""The assessment: the output document of the case format, and its explanation."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vigia_detect.domain.triage import Urgency

Certainty = Literal["confirmed", "to_confirm", "indeterminate"]
Value = bool | int | float | str | tuple[str, ...]


class Document(BaseModel):
    """A part of the output document."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class EvidenceShown(Document):
    """Where a statement comes from.

    Attributes:
        source: document and page.
        grade: the grade in the source, ``ungraded`` when it gives none, ``to_verify`` when nobody
            has read the statement there.
        verified: whether somebody has.
        note: the words to show beside the grade, in the language of the case.
    """

    source: str
    grade: str
    verified: bool
    note: str = ""


class Input(Document):
    """An input that an answer rests on."""

    path: str
    values: tuple[Value, ...]


class Lesion(Document):
    """What is proposed for one lesion; nothing is final before a person confirms it."""

    id: str
    class_: str = Field(alias="class")
    class_text: str
    certainty: Certainty
    flags: tuple[str, ...]
    candidates: tuple[str, ...]
    push: int | None
    push_range: tuple[int, int] | None
    cl_wound_diagram_grade: str | None
    differentials: tuple[str, ...]
    decided_by: str
    because: tuple[Input, ...]


class ScaleResult(Document):
    """One filled-in scale; without every item there is no total, only what is still possible."""

    scale: str
    total: int | None
    incomplete: bool
    categories: dict[str, str]
    possible: tuple[int, int]


class Risk(ScaleResult):
    """The risk of pressure injury.

    Attributes:
        modifiers: MOD ids that apply.
        flags: what the modifiers ask to look at.
        profile: cut-offs that the category started from.
        category: final category, None when there is neither a total nor a floor.
    """

    modifiers: tuple[str, ...]
    flags: tuple[str, ...]
    profile: str | None
    category: str | None
    other_scales: tuple[ScaleResult, ...]


class Qsofa(Document):
    """What is known of qSOFA; it may raise an alarm and never rules sepsis out."""

    score: int | None
    complete: bool


class Action(Document):
    """Something to do."""

    id: str
    text: str
    urgency: Urgency
    because: tuple[str, ...]
    evidence: EvidenceShown


class ForbiddenAction(Document):
    """Something not to do."""

    id: str
    text: str
    evidence: EvidenceShown


class RuleFired(Document):
    """From input to rule to action."""

    id: str
    urgency: Urgency
    text: str
    because: tuple[Input, ...]
    beside: tuple[Input, ...]
    actions: tuple[str, ...]
    evidence: EvidenceShown


class ModifierApplied(Document):
    """What raises the risk, and why."""

    id: str
    text: str
    because: tuple[Input, ...]
    evidence: EvidenceShown


class Change(Document):
    """What would change the answer: these inputs, by this rule, to this urgency."""

    rule: str
    urgency: Urgency
    text: str
    inputs: tuple[str, ...]


class NoteRead(Document):
    """What was read in the notes, and where, so that a reader can check it."""

    field: str
    value: bool | int | float | str
    start: int
    end: int
    text: str


class Difference(Document):
    """A field and the notes do not agree; both are kept and the worse drives the urgency."""

    path: str
    field: Value | None
    notes: tuple[Value, ...]


class Explanation(Document):
    """Why, what was missing, and what would change the answer."""

    rules: tuple[RuleFired, ...]
    modifiers: tuple[ModifierApplied, ...]
    would_change: tuple[Change, ...]
    notes_read: tuple[NoteRead, ...]
    differences: tuple[Difference, ...]
    not_obtained: tuple[str, ...]


class RuleSetUsed(Document):
    """Which rules gave the answer."""

    id: str
    version: str
    checksum: str


class Assessment(Document):
    """The whole answer."""

    case: str
    lesions: tuple[Lesion, ...]
    risk: Risk
    qsofa: Qsofa
    urgency: Urgency
    review_required: bool
    rules: tuple[str, ...]
    actions: tuple[Action, ...]
    forbidden: tuple[ForbiddenAction, ...]
    missing: tuple[str, ...]
    disclaimer: str
    contact: str | None
    explanation: Explanation
    rule_set: RuleSetUsed
