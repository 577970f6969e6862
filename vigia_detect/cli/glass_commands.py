"""`vigia glass ...`: emergency access, and its review."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli import glass
from vigia_detect.domain.access import Action
from vigia_detect.domain.people import Verdict

app = typer.Typer(help="Emergency access, and its review.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command(name="break")
@needs(Action.GLASS_BREAK)
def smash(
    reason: Annotated[
        str, typer.Option(help="Why, without a patient's name; kept encrypted, for the review.")
    ],
    minutes: Annotated[float, typer.Option(min=1, max=240, help="How long.")] = 60,
) -> None:
    """Take access that your roles do not give, for a while. Another person reviews it."""
    glass.smash(reason, minutes=minutes)


@app.command(name="list")
@needs(Action.GLASS_LIST)
def list_glasses(*, as_json: Json = False) -> None:
    """List emergency accesses with their reasons, newest first."""
    glass.show_list(as_json=as_json)


@app.command()
@needs(Action.GLASS_REVIEW)
def review(
    glass_id: Annotated[str, typer.Argument(metavar="ID", help="Of the emergency access.")],
    verdict: Annotated[Verdict, typer.Option(help="What the review found.")],
) -> None:
    """Say whether an emergency access was justified; nobody reviews their own."""
    glass.review(glass_id, verdict)
