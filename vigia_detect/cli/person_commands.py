"""`vigia person ...`: people and service accounts."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli import people
from vigia_detect.domain.access import Action

app = typer.Typer(help="People and service accounts.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="Short name of the account.")]
OwnLogin = Annotated[
    str | None, typer.Argument(metavar="LOGIN", help="Another's account; your own if not given.")
]
Roles = Annotated[
    list[str] | None, typer.Option("--role", help="A role; the option can be repeated.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
@needs(Action.PEOPLE_CHANGE)
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="Full name, as in the escalation file.")],
    role: Roles = None,
    *,
    service: Annotated[
        bool, typer.Option("--service", help="A program: it has tokens and no password.")
    ] = False,
    oidc_subject: Annotated[
        str | None, typer.Option(help="`sub` by which the identity provider knows the person.")
    ] = None,
) -> None:
    """Add an account. Then give it a password or a token."""
    people.add(login, name, role or [], service=service, oidc_subject=oidc_subject)


@app.command(name="list")
@needs(Action.PEOPLE_LIST)
def list_people(*, as_json: Json = False) -> None:
    """List the accounts."""
    people.show_list(as_json=as_json)


@app.command()
@needs(Action.PEOPLE_CHANGE)
def roles(login: Login, role: Roles = None) -> None:
    """Replace the roles of an account."""
    people.set_roles(login, role or [])


@app.command()
@needs(Action.PEOPLE_CHANGE)
def disable(login: Login) -> None:
    """Close an account; its logins and tokens are over at once."""
    people.disable(login)


@app.command()
@needs(Action.SELF_CHANGE)
def password(login: OwnLogin = None) -> None:
    """Set a password, read from the terminal or standard input; yours after the old one."""
    people.set_password(login)


@app.command()
@needs(Action.SELF_CHANGE)
def totp(
    login: OwnLogin = None,
    *,
    off: Annotated[bool, typer.Option("--off", help="Ask for no codes any more.")] = False,
) -> None:
    """Set up one-time codes of an authenticator app."""
    people.set_totp(login, off=off)
