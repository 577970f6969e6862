"""`vigia model`: classifiers of one's own."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vigia_detect.bootstrap import needs, open_to_all
from vigia_detect.cli import reasons
from vigia_detect.domain.access import Action

Lang = Literal["es", "en"]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

app = typer.Typer(help="Classifiers of one's own.", no_args_is_help=True)


@app.command(name="train")
@open_to_all(reasons.FILES)
def train(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds CLASS/*.jpg.")],
    *,
    out: Annotated[Path, typer.Option(help="The model's folder, which must not exist yet.")],
    name: Annotated[str, typer.Option(help="Short name, part of the model's id.")] = "own",
    licence: Annotated[
        str, typer.Option(help="Terms of use of the pictures, kept in the model.")
    ] = "",
    sensitivity: Annotated[
        float, typer.Option(help="Share of severe injuries not to be proposed as milder.")
    ] = 0.95,
    lang: Annotated[Lang | None, typer.Option(help="Language of the report.")] = None,
    as_json: Json = False,
) -> None:
    """Learn a classifier from pictures in folders named after their class."""
    from vigia_detect.cli import model

    model.train(
        folder,
        out,
        name=name,
        licence=licence,
        sensitivity=sensitivity,
        lang=lang,
        as_json=as_json,
    )


@app.command(name="evaluate")
@open_to_all(reasons.FILES)
def evaluate(
    which: Annotated[str, typer.Argument(metavar="MODEL", help="A model's folder or id.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds CLASS/*.jpg, or *.jpg.")],
    *,
    as_json: Json = False,
) -> None:
    """Judge a classifier by pictures that it has not learnt from."""
    from vigia_detect.cli import model

    model.evaluate(which, folder, as_json=as_json)


@app.command(name="install")
@needs(Action.MODEL_CHANGE)
def install(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A model's folder.")],
) -> None:
    """Copy a classifier into Vigia's home, after checking it. It is not in use yet."""
    from vigia_detect.cli import model

    model.install(folder)


@app.command(name="list")
@needs(Action.MODEL_LIST)
def show_list(*, as_json: Json = False) -> None:
    """List the installed classifiers, and check each."""
    from vigia_detect.cli import model

    model.show_list(as_json=as_json)


@app.command(name="use")
@needs(Action.MODEL_CHANGE)
def use(
    which: Annotated[str, typer.Argument(metavar="ID", help="A model's id, or `none`.")],
) -> None:
    """Put an installed classifier in use, or none."""
    from vigia_detect.cli import model

    model.use(which)
