"""`vigia protocols ...`: what to do, and where it says so."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vigia_detect.bootstrap import needs, open_to_all
from vigia_detect.cli import reasons
from vigia_detect.domain.access import Action

Lang = Annotated[Literal["es", "en"] | None, typer.Option(help="Language of the passages.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Class = Annotated[
    str | None, typer.Option("--class", metavar="CLASS", help="Only what is about this class.")
]
Population = Annotated[
    str | None, typer.Option(metavar="GROUP", help="Only what is about these people.")
]

app = typer.Typer(help="Protocol passages, and searching them.", no_args_is_help=True)


@app.command(name="list")
@open_to_all(reasons.PASSAGES)
def list_passages(
    class_: Class = None, population: Population = None, lang: Lang = None, *, as_json: Json = False
) -> None:
    """List the passages in force."""
    from vigia_detect.cli import protocols

    protocols.show_list(class_=class_, population=population, lang=lang, as_json=as_json)


@app.command()
@open_to_all(reasons.PASSAGES)
def show(
    passage_id: Annotated[str, typer.Argument(metavar="ID", help="A passage's id.")],
    lang: Lang = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a passage, each sentence with its source."""
    from vigia_detect.cli import protocols

    protocols.show(passage_id, lang=lang, as_json=as_json)


@app.command()
@open_to_all(reasons.PASSAGES)
def search(
    question: Annotated[str, typer.Argument(metavar="TEXT", help="What to look for.")],
    class_: Class = None,
    population: Population = None,
    lang: Lang = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many, best first.")] = 3,
    *,
    as_json: Json = False,
) -> None:
    """Find passages by a question in everyday words. Never put a patient's data in it."""
    from vigia_detect.cli import protocols

    protocols.search(
        question, class_=class_, population=population, lang=lang, limit=limit, as_json=as_json
    )


@app.command()
@open_to_all(reasons.PASSAGES)
def ask(
    question: Annotated[str, typer.Argument(metavar="TEXT", help="The question.")],
    class_: Class = None,
    population: Population = None,
    lang: Lang = None,
    *,
    as_json: Json = False,
) -> None:
    """Answer a question from the passages, which are shown too. Never put a patient's data in it.

    Sentences come from a language model, where the hospital runs one, and each names its source.
    """
    from vigia_detect.cli import protocol_answer

    protocol_answer.ask(question, class_=class_, population=population, lang=lang, as_json=as_json)


@app.command()
@open_to_all(reasons.PASSAGES)
def check(
    path: Annotated[
        Path | None, typer.Argument(help="A passage or a folder; those in force when not given.")
    ] = None,
) -> None:
    """Check passages; nothing is changed."""
    from vigia_detect.cli import protocols

    protocols.check(path)


@app.command()
@needs(Action.PROTOCOL_CHANGE)
def add(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A Markdown file with a passage.")],
) -> None:
    """Check a passage of the hospital's own, and put it in force."""
    from vigia_detect.cli import protocols

    protocols.add(path)
