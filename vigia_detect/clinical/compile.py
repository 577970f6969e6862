"""Reads the conditions of the rule data, so that a mistake in one is found at load."""

from collections.abc import Callable
from dataclasses import dataclass

from vigia_detect.clinical import rule_set as made
from vigia_detect.clinical.data_model import (
    ActionsFile,
    ClassesFile,
    DifferentialsFile,
    FlagsFile,
    ForbiddenFile,
    LimitsFile,
    ModifiersFile,
    ProtocolFile,
    RuleData,
    RulesFile,
    SourcesFile,
    TextsFile,
    WordsFile,
)
from vigia_detect.clinical.language.grammar import ConditionError, Vocabulary, read_condition
from vigia_detect.clinical.language.nodes import Node
from vigia_detect.clinical.vocabulary import vocabulary
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase


@dataclass(frozen=True)
class Files:
    """The rule data as read, before its conditions are."""

    sources: SourcesFile
    limits: LimitsFile
    words: WordsFile
    classes: ClassesFile
    flags: FlagsFile
    differentials: DifferentialsFile
    modifiers: ModifiersFile
    actions: ActionsFile
    protocol: ProtocolFile
    forbidden: ForbiddenFile
    texts: TextsFile
    rules: tuple[RulesFile, ...]


Read = Callable[[str, str], Node]


def words_of(files: Files) -> Vocabulary:
    """Return the vocabulary of the files, with all definitions read."""
    return vocabulary(
        classes=files.classes.classes,
        flags=files.flags.flags,
        risk_levels=files.modifiers.levels,
        sets=files.words.sets,
        limits={name: limit.value for name, limit in files.limits.limits.items()},
        definitions=files.words.definitions,
    )


def reader(words: Vocabulary, *, of_lesion: bool) -> Read:
    """Return a function that reads a condition and names its place when it cannot.

    Args:
        words: what conditions may use.
        of_lesion: whether they are judged for one lesion or for the whole case.
    """

    def read(place: str, text: str) -> Node:
        try:
            return read_condition(text, words, of_lesion=of_lesion)
        except ConditionError as error:
            raise ConfigurationError("{place}: {why}", place=place, why=Phrase.of(error)) from error

    return read


def rules(files: Files, read: Read, of_lesion: Read) -> tuple[made.Rule, ...]:
    """Return all triage rules, the most urgent first."""
    return tuple(
        _rule(name, file.urgency, data, read, of_lesion)
        for file in files.rules
        for name, data in file.rules.items()
    )


def _rule(name: str, urgency: Urgency, data: RuleData, read: Read, of_lesion: Read) -> made.Rule:
    return made.Rule(
        id=name,
        urgency=urgency,
        data=data,
        when=read(name, data.when),
        also=tuple((read(name, more.when), more.do) for more in data.also),
        supports=None if data.supports is None else read(name, data.supports),
        raises=None if data.raises is None else of_lesion(name, data.raises),
    )


def decision(files: Files, read: Read) -> tuple[made.Row, ...]:
    """Return the decision table."""
    return tuple(
        made.Row(row, read(row.id, row.when), read(row.id, row.confirmed))
        for row in files.classes.decision
    )


def flags(files: Files, read: Read) -> tuple[made.Flag, ...]:
    """Return the flags of a lesion."""
    return tuple(
        made.Flag(name, read(name, data.when), data) for name, data in files.flags.flags.items()
    )


def differentials(files: Files, read: Read) -> tuple[made.Differential, ...]:
    """Return the other causes."""
    return tuple(
        made.Differential(
            name, read(name, data.when), data, tuple(read(name, point) for point in data.points)
        )
        for name, data in files.differentials.differentials.items()
    )


def modifiers(files: Files, read: Read) -> tuple[made.Modifier, ...]:
    """Return what raises the risk category."""
    return tuple(
        made.Modifier(name, read(name, data.when), data)
        for name, data in files.modifiers.modifiers.items()
    )


def protocol(files: Files, read: Read) -> tuple[made.ProtocolStep, ...]:
    """Return the actions besides the triage rules."""
    return tuple(
        made.ProtocolStep(row.id, read(row.id, row.when), row.do) for row in files.protocol.rows
    )


def forbidden(files: Files, read: Read) -> tuple[made.Forbidden, ...]:
    """Return what must not be done."""
    return tuple(
        made.Forbidden(name, data, None if data.when is None else read(name, data.when))
        for name, data in files.forbidden.forbidden.items()
    )
