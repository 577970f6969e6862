"""Commands about the key-encryption key."""

import sys

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import current
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.cli.show import print_schema_json
from vigia_detect.cli.texts import say
from vigia_detect.domain.keys import KeyVersion
from vigia_detect.stages.report import iso

HEADINGS = ("key_version", "key_state", "key_wraps", "created_at", "destroyed_at")


def show_list(*, as_json: bool) -> None:
    """Print the versions."""
    vigia = current()
    rows = [_row(version) for version in vigia.key_rotation.versions()]
    if as_json:
        print_schema_json(rows)
        return
    table = Table(box=None)
    for heading in HEADINGS:
        table.add_column(say(vigia.settings.lang, heading))
    for row in rows:
        table.add_row(*("" if value is None else str(value)[:19] for value in row.values()))
    Console().print(table)


def rotate(*, by: str) -> None:
    """Wrap all keys by a new version, or finish what was cut off."""
    vigia = current()
    lang = vigia.settings.lang

    def progress(count: int) -> None:
        typer.echo(say(lang, "keys_progress", count=count), err=True)

    done = vigia.key_rotation.rotate(actor=by, on_progress=progress)
    if done.resumed:
        typer.echo(say(lang, "keys_resumed"))
    typer.echo(say(lang, "keys_rotated", version=done.version, count=done.rewrapped))
    typer.echo(say(lang, "keys_next"))


def rotate_signing(*, by: str) -> None:
    """Let a new key sign for the audit trail."""
    vigia = current()
    key = vigia.signing_rotation.rotate(actor=by)
    typer.echo(say(vigia.settings.lang, "signing_rotated", public=key.text))


def check(*, by: str, as_json: bool) -> None:
    """Unwrap every key; exit with 9 when one does not open."""
    vigia = current()
    lang, found = vigia.settings.lang, vigia.key_rotation.check(actor=by)
    if as_json:
        print_schema_json(found)
    else:
        typer.echo(say(lang, "keys_good", count=found.good))
        for name in found.bad:
            typer.echo(say(lang, "keys_bad", name=name))
        for version in found.left_over:
            typer.echo(say(lang, "keys_left_over", version=version))
    if found.bad:
        sys.exit(ExitCode.CORRUPT_DATA)


def destroy(version: int, *, by: str) -> None:
    """Destroy a version for ever."""
    vigia = current()
    vigia.key_rotation.destroy(version, actor=by)
    typer.echo(say(vigia.settings.lang, "keys_destroyed", version=version))


def _row(version: KeyVersion) -> dict[str, int | str | None]:
    return {
        "version": version.version,
        "state": version.state.value,
        "wrapped": version.wrapped,
        "created_at": iso(version.created_at),
        "destroyed_at": iso(version.destroyed_at),
    }
