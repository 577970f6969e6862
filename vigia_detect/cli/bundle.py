"""Commands about evidence bundles."""

from pathlib import Path

import typer

from vigia_detect.bootstrap import actor, current
from vigia_detect.cli.audit_texts import WORDS
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.errors import InvalidOptionError, VigiaError
from vigia_detect.files import write_once
from vigia_detect.phrase import Phrase
from vigia_detect.settings import load_settings
from vigia_detect.stages.evidence_contents import Asked
from vigia_detect.trail.evidence import check_bundle
from vigia_detect.trail.evidence_texts import evidence_json, evidence_text
from vigia_detect.trail.files import last_checkpoint, read_keys
from vigia_detect.trail.note import BadNoteError


def write(case_id: str, out: Path, *, patient: bool, image: bool, extends: Path | None) -> None:
    """Write a case's bundle to a new file that only its owner can read: complete or not at all.

    Raises:
        InvalidOptionError: the file is there already or cannot be written, or the checkpoint is
            not one of this system.
    """
    vigia = current()
    if out.exists():  # before the entry is written: nothing is given out
        raise InvalidOptionError("{out} is there already", out=out)
    try:
        known = None if extends is None else last_checkpoint(extends, vigia.trail_keys)
    except (OSError, BadNoteError) as error:
        raise InvalidOptionError("--extends: {why}", why=Phrase.of(error)) from error
    asked = Asked(patient=patient, image=image, known=known)
    data = vigia.evidence.bundle(case_id, asked, actor=actor())
    _write_new(out, data)
    typer.echo(WORDS[vigia.settings.lang]["bundle_written"].format(file=out), err=True)


def verify(file: Path, public_key: Path | None, checkpoint: Path | None, *, as_json: bool) -> None:
    """Print both verdicts on a bundle; the exit code tells the worse one.

    Nothing of this system is used but its language.

    Raises:
        InvalidOptionError: a file cannot be read or is not what it should be.
    """
    try:
        keys = [] if public_key is None else read_keys(public_key)
        report = check_bundle(file, keys, checkpoint)
    except (OSError, BadNoteError, UnicodeDecodeError) as error:
        raise InvalidOptionError(Phrase.of(error)) from error
    typer.echo(evidence_json(report) if as_json else evidence_text(report, _lang()))
    if not report.integrity.good:
        raise typer.Exit(ExitCode.TAMPERED)
    if not report.completeness.good:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _lang() -> str:
    """Return the language; a machine that knows nothing of Vigia may have wrong settings."""
    try:
        return load_settings().lang
    except VigiaError:
        return "es"


def _write_new(path: Path, data: bytes) -> None:
    try:
        write_once(path, data)
    except OSError as error:
        raise InvalidOptionError(
            "{path} cannot be written ({why})", path=path, why=Phrase.why(error)
        ) from error
