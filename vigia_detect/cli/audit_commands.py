"""`vigia audit ...`: the audit trail, and checking it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vigia_detect.bootstrap import asks_itself, needs
from vigia_detect.cli import audit
from vigia_detect.domain.access import Action

app = typer.Typer(help="The audit trail, and checking it.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

TimestampCa = Annotated[
    Path | None,
    typer.Option(
        help="PEM certificates of the time stamping authority; `VIGIA_TIMESTAMP_CA` when not given."
    ),
]


@app.command()
@asks_itself(Action.AUDIT_VERIFY)
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
    timestamp_ca: TimestampCa = None,
    as_json: Json = False,
) -> None:
    """Check that nothing was changed (integrity) and nothing is missing (completeness)."""
    apart = export is not None and public_key is not None  # then nothing of this system is used
    check = audit.verify if apart else _verify_here
    check(export, public_key, checkpoint, timestamp_ca, as_json=as_json)


@needs(Action.AUDIT_VERIFY)
def _verify_here(
    export: Path | None,
    public_key: Path | None,
    checkpoint: Path | None,
    timestamp_ca: Path | None,
    *,
    as_json: bool,
) -> None:
    audit.verify(export, public_key, checkpoint, timestamp_ca, as_json=as_json)


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
