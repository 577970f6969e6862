"""`vigia failed ...`: tasks that were given up, and asking for them again."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli.speaker import By, speaker
from vigia_detect.domain.access import Action

app = typer.Typer(help="Tasks that were given up, and asking for them again.", no_args_is_help=True)
RunArgument = Annotated[str, typer.Argument(metavar="ID", help="As in `vigia failed list`.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")]


@app.command(name="list")
@needs(Action.FAILED_LIST)
def list_failed(limit: Limit = 20, *, as_json: Json = False) -> None:
    """List tasks that were given up: stages, and notifications of alerts that are open."""
    from vigia_detect.cli import failed

    failed.show_list(limit=limit, as_json=as_json)


@app.command()
@needs(Action.FAILED_LIST)
def show(run_id: RunArgument, *, as_json: Json = False) -> None:
    """Show one: what happened, and why it was asked for again before. Reading it is recorded."""
    from vigia_detect.cli import failed

    failed.show(run_id, as_json=as_json)


@app.command()
@needs(Action.FAILED_RETRY)
def retry(
    run_id: RunArgument,
    reason: Annotated[str, typer.Option(help="Why; kept encrypted.")],
    by: By = None,
) -> None:
    """Ask for one again, as it was: its stage and all that follows, or telling the same person."""
    from vigia_detect.cli import failed

    failed.retry(run_id, by=speaker(by), reason=reason)
