"""Checks across the rule data: every id that one file names must exist in another."""

from collections.abc import Iterator

from vigia_detect.clinical.compile import Files
from vigia_detect.clinical.evidence import Evidence
from vigia_detect.clinical.vocabulary import BLANCHABLE, input_paths
from vigia_detect.errors import ConfigurationError


def check(files: Files) -> None:
    """Refuse data that does not hang together.

    Raises:
        ConfigurationError: one line per problem.
    """
    problems = [*_actions(files), *_classes(files), *_sources(files), *_levels(files)]
    if problems:
        raise ConfigurationError("\n".join(problems))


def _actions(files: Files) -> Iterator[str]:
    named = [
        *((rule, action) for file in files.rules for rule, data in file.rules.items()
          for action in (*data.do, *(one for more in data.also for one in more.do))),
        *((row.id, action) for row in files.protocol.rows for action in row.do),
        *((name, data.with_action) for name, data in files.forbidden.forbidden.items()
          if data.with_action),
    ]  # fmt: skip
    yield from (
        f"{where}: no action {action}"
        for where, action in named
        if action not in files.actions.actions
    )


def _classes(files: Files) -> Iterator[str]:
    known = {*files.classes.classes, BLANCHABLE}
    for row in files.classes.decision:
        for name in {row.class_, *(row.candidates or ())} - known:
            yield f"{row.id}: no class {name}"
        for path in set(row.asks) - {*input_paths()}:
            yield f"{row.id}: no field {path}"
        if row.flag and row.flag not in files.flags.flags:
            yield f"{row.id}: no flag {row.flag}"
    rows = {row.id for row in files.classes.decision}
    for name, seen in files.classes.kept.items():
        for other in {name, *seen} - known - rows:
            yield f"kept.{name}: no class {other}"


def _sources(files: Files) -> Iterator[str]:
    evidence: list[tuple[str, Evidence]] = [
        *((name, data.evidence) for file in files.rules for name, data in file.rules.items()),
        *((name, data.evidence) for name, data in files.actions.actions.items()),
        *((name, data.evidence) for name, data in files.forbidden.forbidden.items()),
        *((name, data.evidence) for name, data in files.modifiers.modifiers.items()),
        *((name, data.evidence) for name, data in files.limits.limits.items()),
    ]
    for where, item in evidence:
        if not any(name in item.source for name in files.sources.sources):
            yield f"{where}: source {item.source!r} names none of sources.yaml"


def _levels(files: Files) -> Iterator[str]:
    known = set(files.modifiers.levels)
    for name, data in files.modifiers.modifiers.items():
        if data.floor is not None and data.floor not in known:
            yield f"{name}: no risk level {data.floor}"
