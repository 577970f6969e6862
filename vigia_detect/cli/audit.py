"""Commands about the audit trail."""

import base64
import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import orjson
import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import Vigia, actor, current
from vigia_detect.cli.audit_texts import EVENTS, WORDS
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.cli.show import print_schema_json
from vigia_detect.domain.audit import PlacedEntry
from vigia_detect.errors import InvalidOptionError
from vigia_detect.phrase import Phrase
from vigia_detect.settings import load_settings
from vigia_detect.trail.files import check_kept, note_files, read_authority, read_keys
from vigia_detect.trail.note import BadNoteError, PublicKey
from vigia_detect.trail.stamps import Authority
from vigia_detect.trail.texts import report_json, report_text
from vigia_detect.trail.verify import Report


def verify(
    export: Path | None,
    public_key: Path | None,
    checkpoint: Path | None,
    timestamp_ca: Path | None,
    *,
    as_json: bool,
) -> None:
    """Print both verdicts; the exit code tells the worse one.

    Raises:
        InvalidOptionError: a file cannot be read or is not what it should be.
    """
    try:
        keys = None if public_key is None else read_keys(public_key)
        authority = read_authority(timestamp_ca or load_settings().timestamp_ca)
        report = (
            _check_own(keys, checkpoint, authority)
            if export is None
            else _check(export, keys, checkpoint, authority)
        )
    except (OSError, BadNoteError) as error:
        raise InvalidOptionError(Phrase.of(error)) from error
    typer.echo(report_json(report) if as_json else report_text(report, load_settings().lang))
    if not report.integrity.good:
        raise typer.Exit(ExitCode.TAMPERED)
    if not report.completeness.good:
        raise typer.Exit(ExitCode.INCOMPLETE)


def export(file: Path, form: Literal["jsonl", "fhir"]) -> None:
    """Write the whole trail to a new file that only its owner can read.

    Raises:
        InvalidOptionError: the file is there already, or cannot be written.
    """
    vigia = current()
    vigia.trail.note_export(form, actor=actor())
    vigia.chainer.seal()
    with vigia.trail.export(vigia.signer.name) as lines:
        _write_new(file, vigia.fhir_audit(lines) if form == "fhir" else lines)
    typer.echo(WORDS[vigia.settings.lang]["exported"].format(file=file), err=True)


def show(case_id: str, *, as_json: bool) -> None:
    """Print the entries about a case and its alerts."""
    vigia = current()
    found = vigia.trail.of_case(case_id, actor=actor())
    if as_json:
        print_schema_json([_as_json(one) for one in found])
        return
    words, events = WORDS[vigia.settings.lang], EVENTS[vigia.settings.lang]
    table = Table(box=None)
    for name in ("place", "time", "event", "actor", "detail"):
        table.add_column(words[name], no_wrap=name in {"place", "time"})
    for one in found:
        place = "…" if one.position is None else str(one.position)
        time = datetime.fromtimestamp(one.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(place, time, events[one.entry.event], one.entry.actor, _detail(one))
    Console().print(table)


def show_key(out: Path | None) -> None:
    """Print the public key, or write it to a new file."""
    vigia = current()
    text = vigia.trail_key.text + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    _write_new(out, [text.encode()])
    typer.echo(WORDS[vigia.settings.lang]["key_written"].format(file=out), err=True)


def _check(
    export_: Path,
    keys: list[PublicKey] | None,
    checkpoint: Path | None,
    authority: Authority | None,
) -> Report:
    """Check an export as of its time: only a checkpoint that is named counts against it."""
    keys = [current().trail_key] if keys is None else keys
    files = [] if checkpoint is None else note_files(checkpoint)
    return check_kept(export_, keys, files, authority)


def _check_own(
    keys: list[PublicKey] | None, checkpoint: Path | None, authority: Authority | None
) -> Report:
    """Check this system's trail as it is now, through an export, as anybody else would."""
    vigia = current()
    vigia.trail.note_export("verify", actor=actor())
    folder = checkpoint or _own_folder(vigia)
    # Read before this system signs anew: what was kept before must fit what is there now.
    kept = [] if folder is None else note_files(folder)
    vigia.chainer.seal()
    keys = keys or [vigia.trail_key]
    with tempfile.TemporaryDirectory(dir=vigia.settings.root) as temporary:
        file = Path(temporary) / "export.jsonl"
        with vigia.trail.export(keys[0].name) as lines:
            _write_new(file, lines)
        return check_kept(file, keys, kept, authority)


def _own_folder(vigia: Vigia) -> Path | None:
    folder = vigia.settings.checkpoint_folder
    return folder if any(folder.rglob("*.note")) else None


def _write_new(path: Path, lines: Iterable[bytes]) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.writelines(lines)
    except OSError as error:
        raise InvalidOptionError(
            "{path} cannot be written ({why})", path=path, why=Phrase.why(error)
        ) from error


def _as_json(one: PlacedEntry) -> dict[str, object]:
    entry = one.entry
    return {
        "id": one.id,
        "position": one.position,
        "at": datetime.fromtimestamp(one.at, UTC).isoformat(),
        "event": entry.event,
        "subject": entry.subject,
        "actor": entry.actor,
        "run_id": entry.run_id,
        "attempt": entry.attempt,
        "detail": entry.detail,
        "sealed": None if entry.sealed is None else base64.b64encode(entry.sealed).decode(),
    }


def _detail(one: PlacedEntry) -> str:
    parts = {**one.entry.detail}
    if one.entry.attempt is not None:
        parts["attempt"] = one.entry.attempt
    return ", ".join(
        f"{name}={value if isinstance(value, str) else orjson.dumps(value).decode()}"
        for name, value in parts.items()
    )
