"""`vigia drill ...`: exercises."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.domain.access import Action

app = typer.Typer(help="Exercises with the people and channels in force.", no_args_is_help=True)


@app.callback()
def drill() -> None:
    """Keep `emergency` a word of its own: other exercises may follow."""


@app.command()
@needs(Action.DRILL_RUN)
def emergency(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    wait: Annotated[
        float, typer.Option(min=1, max=3600, help="Seconds to wait for an answer at most.")
    ] = 120,
) -> None:
    """Tell people of an emergency that is none, marked as a drill; measure, then close it."""
    from vigia_detect.cli.drill import run_drill

    run_drill(wait_s=wait, as_json=as_json)
