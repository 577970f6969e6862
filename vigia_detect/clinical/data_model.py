"""Typed form of the rule data: what each YAML file of the engine may hold."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from vigia_detect.clinical.data_file import DataModel
from vigia_detect.clinical.evidence import Evidence, Text
from vigia_detect.domain.triage import Urgency

Condition = str
ActionId = str


class SourceData(DataModel):
    """A document that statements come from, and what of it was read."""

    title: str
    read: Literal["all", "excerpts", "table", "none"]


class TextsFile(DataModel):
    """`texts.yaml`: sentences that belong to no rule; `{name}` is a limit of the profile."""

    disclaimer: Text
    contacts: dict[Urgency, Text]
    urgency: dict[Urgency, Text]
    certainty: dict[str, Text]
    labels: dict[str, Text]


class SourcesFile(DataModel):
    """`sources.yaml`."""

    sources: dict[str, SourceData]


class Limit(DataModel):
    """A number that conditions and texts use."""

    value: float
    evidence: Evidence


class LimitsFile(DataModel):
    """`limits.yaml`: the default profile."""

    profile: str
    limits: dict[str, Limit]


class WordsFile(DataModel):
    """`words.yaml`: sets of codes and named conditions, in the order in which they build up."""

    sets: dict[str, tuple[str, ...]]
    definitions: dict[str, Condition]


class Addition(DataModel):
    """Actions that a rule adds when something more holds."""

    when: Condition
    do: tuple[ActionId, ...]


class RuleData(DataModel):
    """A triage rule.

    Attributes:
        when: the condition under which it fires.
        do: actions, the most pressing first.
        also: further actions under further conditions.
        supports: a finding that does not fire the rule but is shown beside it.
        raises: a condition on a lesion under which the urgency is also that of the worst
            plausible candidate that the model gives for it.
    """

    when: Condition
    do: tuple[ActionId, ...]
    also: tuple[Addition, ...] = ()
    supports: Condition | None = None
    raises: Condition | None = None
    red_flag: bool = True
    text: Text
    evidence: Evidence


class RulesFile(DataModel):
    """A file of rules of one urgency."""

    urgency: Urgency
    rules: dict[str, RuleData]


class ClassData(Text):
    """A class of pressure injury, or an outcome that is none."""

    urgency: Urgency
    injury: bool = False
    source: str


class DecisionRow(DataModel):
    """A row of the decision table: the first one that holds gives the class.

    Attributes:
        candidates: classes still possible, most likely first; the class alone when left out.
        flag: a flag that comes with the row, for the reader of the table.
        confirmed: the bedside finding that confirms the class; never when left out.
        asks: fields that would settle it, asked for where they are unknown.
        over: the rows below go on to give the class that the depth alone would have.
    """

    id: str
    when: Condition
    class_: str = Field(alias="class")
    candidates: tuple[str, ...] | None = None
    flag: str | None = None
    confirmed: Condition = "never"
    asks: tuple[str, ...] = ()
    over: bool = False


class ClassesFile(DataModel):
    """`classes.yaml`."""

    classes: dict[str, ClassData]
    decision: tuple[DecisionRow, ...]
    kept: dict[str, tuple[str, ...]]
    never_from_image: tuple[str, ...]
    beside: dict[str, tuple[str, ...]]

    def beside_of(self, possible: Iterable[str]) -> set[str]:
        """Return the classes that no picture excludes while one of these is possible."""
        return {other for one in possible for other in self.beside.get(one, ())}


class FlagData(Text):
    """A flag of a lesion."""

    when: Condition
    source: str


class FlagsFile(DataModel):
    """`flags.yaml`."""

    flags: dict[str, FlagData]


class DifferentialData(Text):
    """Another cause, when to show it, and what speaks for it."""

    when: Condition
    points: tuple[Condition, ...]
    source: str


class DifferentialsFile(DataModel):
    """`differentials.yaml`."""

    differentials: dict[str, DifferentialData]


class ModifierData(Text):
    """Something that raises the risk category (facts.md B.9)."""

    when: Condition
    floor: str | None = None
    bump: int = Field(0, ge=0)
    flag: str | None = None
    evidence: Evidence


class ModifiersFile(DataModel):
    """`modifiers.yaml`."""

    levels: tuple[str, ...]
    bump_up_to: str
    modifiers: dict[str, ModifierData]


class ActionData(Text):
    """An action of the catalogue."""

    evidence: Evidence


class ActionsFile(DataModel):
    """`actions.yaml`."""

    actions: dict[ActionId, ActionData]


class ForbiddenData(Text):
    """What must not be done: shown under a condition, or beside an action."""

    when: Condition | None = None
    with_action: ActionId | None = None
    evidence: Evidence

    @model_validator(mode="after")
    def _one_reason(self) -> Self:
        if (self.when is None) == (self.with_action is None):
            raise ValueError("needs either `when` or `with_action`")
        return self


class ForbiddenFile(DataModel):
    """`forbidden.yaml`."""

    forbidden: dict[str, ForbiddenData]


class ProtocolRow(DataModel):
    """What to do besides the triage rules."""

    id: str
    when: Condition
    do: tuple[ActionId, ...]


class ProtocolFile(DataModel):
    """`protocol.yaml`."""

    rows: tuple[ProtocolRow, ...]
    unknown_after_asking: Urgency
    only_for_pressure_injuries: tuple[ActionId, ...]
    never_first: tuple[ActionId, ...]
