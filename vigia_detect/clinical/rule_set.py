"""A rule set: the medicine as loaded, checked and ready to be applied."""

from collections.abc import Mapping
from dataclasses import dataclass

from vigia_detect.clinical.data_model import (
    ActionData,
    ClassesFile,
    DecisionRow,
    DifferentialData,
    FlagData,
    ForbiddenData,
    Limit,
    ModifierData,
    ModifiersFile,
    ProtocolFile,
    RuleData,
    SourceData,
    TextsFile,
)
from vigia_detect.clinical.language.nodes import Node
from vigia_detect.clinical.scales import Scales
from vigia_detect.domain.triage import Urgency


@dataclass(frozen=True)
class Rule:
    """A triage rule with its conditions read.

    Attributes:
        also: further conditions and the actions they add.
        supports: a finding that is shown beside the rule but does not fire it.
    """

    id: str
    urgency: Urgency
    data: RuleData
    when: Node
    also: tuple[tuple[Node, tuple[str, ...]], ...]
    supports: Node | None
    raises: Node | None


@dataclass(frozen=True)
class Row:
    """A row of the decision table with its conditions read."""

    data: DecisionRow
    when: Node
    confirmed: Node


@dataclass(frozen=True)
class Named:
    """The texts of something that a condition brings up."""

    id: str
    when: Node


@dataclass(frozen=True)
class Differential(Named):
    """Another cause: shown under a condition, ranked by what speaks for it."""

    data: DifferentialData
    points: tuple[Node, ...]


@dataclass(frozen=True)
class Flag(Named):
    """A flag of a lesion."""

    data: FlagData


@dataclass(frozen=True)
class Modifier(Named):
    """Something that raises the risk category."""

    data: ModifierData


@dataclass(frozen=True)
class Forbidden:
    """What must not be done; `when` is None where an action brings it up."""

    id: str
    data: ForbiddenData
    when: Node | None


@dataclass(frozen=True)
class ProtocolStep:
    """Actions besides the triage rules, and when."""

    id: str
    when: Node
    do: tuple[str, ...]


@dataclass(frozen=True)
class RuleSet:
    """Everything the engine applies.

    Attributes:
        id: name of the rule set.
        version: version of the shipped rules, with that of the hospital's profile if there is one.
        checksum: of every data file and the profile; a changed number changes it.
        profile: cut-off profile that the risk category starts from.
        contacts: whom to reach, by urgency, as the hospital's profile says.
    """

    id: str
    version: str
    checksum: str
    profile: str
    contacts: Mapping[Urgency, str]
    sources: Mapping[str, SourceData]
    limits: Mapping[str, Limit]
    definitions: Mapping[str, Node]
    classes: ClassesFile
    decision: tuple[Row, ...]
    flags: tuple[Flag, ...]
    differentials: tuple[Differential, ...]
    modifiers: tuple[Modifier, ...]
    risk_levels: ModifiersFile
    rules: tuple[Rule, ...]
    actions: Mapping[str, ActionData]
    protocol: tuple[ProtocolStep, ...]
    protocol_notes: ProtocolFile
    forbidden: tuple[Forbidden, ...]
    texts: TextsFile
    scales: Scales

    @property
    def identity(self) -> str:
        """Return version and checksum, as the audit trail names what made a result."""
        return f"{self.version} {self.checksum}"

    def limit(self, name: str) -> float:
        """Return a number of the profile."""
        return self.limits[name].value
