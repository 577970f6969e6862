"""`vigia escalation ...`: who is told when."""

from pathlib import Path
from typing import Annotated

import typer

from vigia_detect.bootstrap import needs, open_to_all
from vigia_detect.cli import escalation, reasons
from vigia_detect.domain.access import Action

app = typer.Typer(help="Who is told when.", no_args_is_help=True)


@app.command()
@open_to_all(reasons.FILES)
def check(
    file: Annotated[Path, typer.Argument(help="YAML file with people, roles and policies.")],
) -> None:
    """Check a hospital's escalation file; nothing is changed."""
    escalation.check(file)


@app.command()
@needs(Action.SYSTEM_LOOK)
def show() -> None:
    """Show the policies in force, and who is on duty now."""
    escalation.show()
