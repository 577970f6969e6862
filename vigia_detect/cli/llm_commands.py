"""`vigia llm ...`: the language model that describes and explains, but never decides."""

from pathlib import Path
from typing import Annotated

import typer

from vigia_detect.bootstrap import open_to_all
from vigia_detect.cli import reasons

app = typer.Typer(help="The language model.", no_args_is_help=True)


@app.command()
@open_to_all(reasons.MADE_UP)
def check(
    tries: Annotated[int, typer.Option(min=1, max=100, help="Texts to ask for.")] = 5,
    pictures: Annotated[int, typer.Option(min=1, max=100, help="Drawn pictures to show.")] = 2,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Prove the language model's server with made-up questions: validity and speed."""
    from vigia_detect.cli import llm

    llm.check(tries=tries, pictures=pictures, as_json=as_json)


@app.command()
@open_to_all(reasons.PROCESS)
def serve(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model as a GGUF file.")],
    mmproj: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its image projector; none: no pictures.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8080,
) -> None:
    """Run a language model on this machine until stopped."""
    from vigia_detect.cli import llm_serve

    llm_serve.serve(model, mmproj=mmproj, host=host, port=port)
