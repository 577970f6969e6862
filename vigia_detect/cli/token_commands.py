"""`vigia token ...`: tokens of programs and people."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli import tokens
from vigia_detect.domain.access import Action

app = typer.Typer(help="Tokens of programs and people.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="The account it is for.")]


@app.command()
@needs(Action.PEOPLE_CHANGE)
def create(
    login: Login,
    label: Annotated[str, typer.Option(help="What it is for.")],
    days: Annotated[float, typer.Option(min=0.001, max=366, help="How long it is good.")] = 90,
    scope: Annotated[
        list[str] | None, typer.Option(help="An action it is limited to; can be repeated.")
    ] = None,
) -> None:
    """Make a token and print it, once; only its hash is kept."""
    tokens.create(login, label=label, days=days, scopes=scope)


@app.command(name="list")
@needs(Action.PEOPLE_LIST)
def list_tokens(
    login: Annotated[
        str | None, typer.Argument(metavar="LOGIN", help="Only those of this account.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """List tokens; what they are cannot be shown again."""
    tokens.show_list(login, as_json=as_json)


@app.command()
@needs(Action.PEOPLE_CHANGE)
def revoke(token_id: Annotated[str, typer.Argument(metavar="ID", help="Its id.")]) -> None:
    """Revoke a token; it is no longer good at once."""
    tokens.revoke(token_id)
