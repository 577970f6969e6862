"""`vigia bundle ...`: evidence bundles, checked without anything of this system."""

from pathlib import Path
from typing import Annotated

import typer

from vigia_detect.bootstrap import open_to_all
from vigia_detect.cli import bundle, reasons

app = typer.Typer(help="Evidence bundles of cases.", no_args_is_help=True)


@app.callback()
def bundles() -> None:
    """Check evidence bundles; `vigia case bundle` writes them."""


@app.command()
@open_to_all(reasons.FILES)
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="From `vigia case bundle`.")],
    public_key: Annotated[
        Path | None, typer.Option(help="File of `vigia audit key`, got by another way.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Checkpoint kept elsewhere, or a folder of them.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check an evidence bundle: nothing was changed, and nothing is missing."""
    bundle.verify(file, public_key, checkpoint, as_json=as_json)
