"""Commands about escalation policies."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import current
from vigia_detect.cli.texts import say
from vigia_detect.domain.escalation_policy import Book, Policy

HEADINGS = ("kind", "severity", "step", "after", "role", "on_duty")


def check(file: Path) -> None:
    """Say that a file is right. Raises ConfigurationError with what is wrong."""
    from vigia_detect.clinical.escalation import (  # noqa: PLC0415 - the rules are slow to load
        load_escalation,
    )

    settings = current().settings
    book = load_escalation(file, time_zone=settings.time_zone)
    typer.echo(say(settings.lang, "policy_right", file=file.name, version=book.version))


def show() -> None:
    """Print each policy's steps with who would be told now."""
    vigia = current()
    lang, book, now = vigia.settings.lang, vigia.escalation_book, time.time()
    table = Table(box=None)
    for heading in HEADINGS:
        table.add_column(say(lang, heading))
    for kind, policy in book.policies.items():
        for row in _rows(book, policy, now, lang):
            table.add_row(kind, policy.severity, *row)
    Console().print(table)
    typer.echo(say(lang, "clock", zone=book.directory.time_zone))
    for kind, policy in book.policies.items():
        if policy.quiet_hours is not None:
            quiet = policy.quiet_hours
            typer.echo(say(lang, "quiet", kind=kind, start=quiet.start, end=quiet.end))


def _rows(book: Book, policy: Policy, now: float, lang: str) -> Iterator[tuple[str, ...]]:
    for number, step in enumerate(policy.steps, 1):
        for role in step.roles:
            told = book.directory.on_duty(role, now, fallback=policy.fallback)
            yield str(number), str(timedelta(seconds=step.after_s)), role, ", ".join(told)
    every = str(timedelta(seconds=policy.repeat_every_s))
    after = str(timedelta(seconds=policy.nobody_after_s))
    repeat = say(lang, "everybody", seconds=every)
    yield "∞", after, say(lang, "nobody_answered"), repeat
