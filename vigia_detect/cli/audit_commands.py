"""`vigia audit ...`: the audit trail, and checking it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli import audit
from vigia_detect.domain.access import Action

app = typer.Typer(help="The audit trail, and checking it.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
@needs(Action.AUDIT_VERIFY)
def verify(
    export: Annotated[
        Path | None, typer.Option(help="An export to check; this system's trail when not given.")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="File of `vigia audit key`; this system's when not given.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Checkpoint kept elsewhere, or a folder of them.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Check that nothing was changed (integrity) and nothing is missing (completeness)."""
    audit.verify(export, public_key, checkpoint, as_json=as_json)


@app.command()
@needs(Action.AUDIT_EXPORT)
def export(
    file: Annotated[Path, typer.Argument(help="File to write; it must not exist yet.")],
    form: Annotated[
        Literal["jsonl", "fhir"],
        typer.Option("--format", help="JSON lines to verify, or FHIR R4 AuditEvents."),
    ] = "jsonl",
) -> None:
    """Write the whole trail to a file."""
    audit.export(file, form)


@app.command()
@needs(Action.AUDIT_READ)
def show(
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="A case id.")],
    *,
    as_json: Json = False,
) -> None:
    """Show what the trail says about a case. Reading it is recorded."""
    audit.show(case_id, as_json=as_json)


@app.command()
@needs(Action.AUDIT_VERIFY)
def key(
    out: Annotated[
        Path | None, typer.Option(help="Write it to this file, which must not exist yet.")
    ] = None,
) -> None:
    """Show the public key that checks this system's checkpoints. Keep it elsewhere."""
    audit.show_key(out)
