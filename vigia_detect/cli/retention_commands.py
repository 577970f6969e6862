"""`vigia retention ...`: what goes when its time is over."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli.speaker import By, doer
from vigia_detect.domain.access import Action

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

app = typer.Typer(help="How long data is kept.", no_args_is_help=True)


@app.command()
@needs(Action.RETENTION_APPLY)
def plan(*, as_json: Json = False) -> None:
    """List what would go now, with counts and ids. Nothing is deleted."""
    from vigia_detect.cli import retention

    retention.plan(as_json=as_json)


@app.command()
@needs(Action.RETENTION_APPLY)
def run(
    by: By = None,
    *,
    as_json: Json = False,
) -> None:
    """Delete what `plan` lists."""
    from vigia_detect.cli import retention

    retention.run(by=doer(by), as_json=as_json)
