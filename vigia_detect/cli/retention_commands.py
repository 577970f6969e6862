"""`vigia retention ...`: what goes when its time is over."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

app = typer.Typer(help="How long data is kept.", no_args_is_help=True)


@app.command()
def plan(*, as_json: Json = False) -> None:
    """List what would go now, with counts and ids. Nothing is deleted."""
    from vigia_detect.cli import retention  # noqa: PLC0415 - each command imports what it needs

    retention.plan(as_json=as_json)


@app.command()
def run(
    by: Annotated[str, typer.Option(help="Who does it, for the audit trail.")] = "cli",
    *,
    as_json: Json = False,
) -> None:
    """Delete what `plan` lists."""
    from vigia_detect.cli import retention  # noqa: PLC0415

    retention.run(by=by, as_json=as_json)
