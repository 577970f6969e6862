"""Erasing a patient from the command line."""

import dataclasses
import sys

import typer

from vigia_detect.bootstrap import Vigia, current
from vigia_detect.cli.show import print_schema_json
from vigia_detect.cli.texts import say
from vigia_detect.domain.ids import Pseudonym
from vigia_detect.domain.retention import ErasureReason, Override
from vigia_detect.errors import InvalidOptionError
from vigia_detect.stages.erasure import Why


def grounds(reason: str, by: str, *, reference: str, override: str | None) -> Why:
    """Return on what grounds a patient is erased, from the words of the command."""
    allowed = None if override is None else Override(override)
    return Why(ErasureReason(reason), by, reference, allowed)


def erase(
    pseudonym: str | None, *, from_stdin: bool, grounds: Why, dry_run: bool, as_json: bool
) -> None:
    """Erase a patient, or with `dry_run` say what would go.

    Raises:
        InvalidOptionError: no patient was named, or two.
        MustBeKeptError: a hold, a period or open work forbids it; nothing was deleted.
    """
    vigia = current()
    patient = _patient(vigia, pseudonym, from_stdin=from_stdin)
    if dry_run:
        _plan(vigia, patient, grounds, as_json=as_json)
        return
    erased = vigia.erasure.erase(patient, grounds)
    if as_json:
        print_schema_json(erased)
        return
    lang = vigia.settings.lang
    typer.echo(say(lang, "erase_done", cases=erased.cases, files=erased.files, name=erased.name))
    typer.echo(say(lang, "erase_backups"))
    if not erased.scrubbed:
        typer.echo(say(lang, "erase_not_scrubbed"))


def _plan(vigia: Vigia, patient: Pseudonym, grounds: Why, *, as_json: bool) -> None:
    found = vigia.erasure.plan(patient, grounds)
    if as_json:
        print_schema_json(
            {
                **dataclasses.asdict(found.standing),
                "files": found.files,
                "refusal": None if found.refusal is None else type(found.refusal).__name__,
            }
        )
        return
    lang, standing = vigia.settings.lang, found.standing
    counts = {"cases": len(standing.cases), "files": len(found.files)}
    typer.echo(say(lang, "erase_plan", patient=patient, **counts))
    if found.refusal is not None:
        raise found.refusal
    typer.echo(say(lang, "erase_possible"))


def _patient(vigia: Vigia, pseudonym: str | None, *, from_stdin: bool) -> Pseudonym:
    if from_stdin == (pseudonym is not None):
        raise InvalidOptionError(say(vigia.settings.lang, "erase_who"))
    if pseudonym is not None:
        return Pseudonym(pseudonym)
    return vigia.cipher.pseudonym(sys.stdin.readline().rstrip("\r\n"))
