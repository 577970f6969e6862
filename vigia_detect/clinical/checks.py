"""Checks across the rule data: every id that one file names must exist in another."""

from collections.abc import Iterator

from vigia_detect.clinical.compile import Files
from vigia_detect.clinical.evidence import Evidence
from vigia_detect.clinical.vocabulary import BLANCHABLE, input_paths
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase


def check(files: Files) -> None:
    """Refuse data that does not hang together.

    Raises:
        ConfigurationError: one line per problem.
    """
    problems = [*_actions(files), *_classes(files), *_sources(files), *_levels(files)]
    if problems:
        raise ConfigurationError(Phrase.joined("\n", problems))


def _actions(files: Files) -> Iterator[Phrase]:
    named = [
        *((rule, action) for file in files.rules for rule, data in file.rules.items()
          for action in (*data.do, *(one for more in data.also for one in more.do))),
        *((row.id, action) for row in files.protocol.rows for action in row.do),
        *((name, data.with_action) for name, data in files.forbidden.forbidden.items()
          if data.with_action),
    ]  # fmt: skip
    yield from (
        Phrase("{where}: no action {name}", where=where, name=action)
        for where, action in named
        if action not in files.actions.actions
    )


def _classes(files: Files) -> Iterator[Phrase]:
    known = {*files.classes.classes, BLANCHABLE}
    for row in files.classes.decision:
        for name in {row.class_, *(row.candidates or ())} - known:
            yield Phrase("{where}: no class {name}", where=row.id, name=name)
        for path in set(row.asks) - {*input_paths()}:
            yield Phrase("{where}: no field {name}", where=row.id, name=path)
        if row.flag and row.flag not in files.flags.flags:
            yield Phrase("{where}: no flag {name}", where=row.id, name=row.flag)
    rows = {row.id for row in files.classes.decision}
    for name, seen in files.classes.kept.items():
        for other in {name, *seen} - known - rows:
            yield Phrase("{where}: no class {name}", where="kept." + name, name=other)


def _sources(files: Files) -> Iterator[Phrase]:
    evidence: list[tuple[str, Evidence]] = [
        *((name, data.evidence) for file in files.rules for name, data in file.rules.items()),
        *((name, data.evidence) for name, data in files.actions.actions.items()),
        *((name, data.evidence) for name, data in files.forbidden.forbidden.items()),
        *((name, data.evidence) for name, data in files.modifiers.modifiers.items()),
        *((name, data.evidence) for name, data in files.limits.limits.items()),
    ]
    for where, item in evidence:
        if not any(name in item.source for name in files.sources.sources):
            yield Phrase(
                "{where}: source {name!r} names none of sources.yaml", where=where, name=item.source
            )


def _levels(files: Files) -> Iterator[Phrase]:
    known = set(files.modifiers.levels)
    for name, data in files.modifiers.modifiers.items():
        if data.floor is not None and data.floor not in known:
            yield Phrase("{where}: no risk level {name}", where=name, name=data.floor)
