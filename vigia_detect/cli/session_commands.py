"""`vigia login`, `logout`, `whoami`, `permissions`."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import open_to_all
from vigia_detect.cli import reasons, sessions

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the `vigia` command itself."""
    for command in (login, logout, whoami, permissions):
        app.command()(command)


@open_to_all(reasons.LOGIN)
def login(
    login: Annotated[
        str | None, typer.Argument(metavar="LOGIN", help="Your account; none with --oidc.")
    ] = None,
    *,
    oidc: Annotated[
        bool, typer.Option("--oidc", help="By the hospital's identity provider.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where the browser comes back; 0: any free one.")
    ] = 0,
) -> None:
    """Log in for a shift. The password is read from the terminal or standard input."""
    if oidc:
        sessions.login_by_browser(port)
    else:
        sessions.login_by_password(login)


@open_to_all(reasons.LOGIN)
def logout() -> None:
    """End the login of this machine's user."""
    sessions.logout()


@open_to_all(reasons.LOGIN)
def whoami(*, as_json: Json = False) -> None:
    """Show for whom commands are run here."""
    sessions.whoami(as_json=as_json)


@open_to_all(reasons.PUBLIC)
def permissions(*, as_json: Json = False) -> None:
    """Show which role may do what, and by which policy (--json)."""
    sessions.permissions(as_json=as_json)
