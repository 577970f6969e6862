"""Commands about logins and permissions."""

import json
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import current
from vigia_detect.bootstrap.sessions import forget_session, keep_session, shown_token
from vigia_detect.cli.access_texts import tell
from vigia_detect.cli.show import print_schema_json
from vigia_detect.cli.typed import read_secret
from vigia_detect.domain.access import PrincipalKind, Role
from vigia_detect.errors import InvalidOptionError


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom commands are run."""

    kind: str
    login: str
    name: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...] | None
    emergency_access: bool


def login_by_password(login: str | None) -> None:
    """Log in with password, and code where the account has them."""
    vigia = current()
    lang = vigia.settings.lang
    if login is None:
        raise InvalidOptionError("LOGIN: {hint}", hint=tell(lang, "login"))
    password = read_secret(tell(lang, "password"))
    token = vigia.login_desk.by_password(login, password, lambda: read_secret(tell(lang, "code")))
    keep_session(vigia.settings, token)
    typer.echo(tell(lang, "logged_in", login=login))


def login_by_browser(port: int) -> None:
    """Log in by the hospital's identity provider, in the browser."""
    vigia = current()
    from vigia_detect.bootstrap.provider import login_by_provider  # noqa: PLC0415 - slow

    lang = vigia.settings.lang

    def tell_address(url: str) -> None:
        typer.echo(tell(lang, "open_browser", url=url), err=True)

    token = login_by_provider(vigia, tell_address, port=port, page=tell(lang, "back"))
    keep_session(vigia.settings, token)
    typer.echo(tell(lang, "logged_in", login=vigia.door.bearer(token).name))


def logout() -> None:
    """End the login; the token in the environment is not a login and stays good."""
    vigia = current()
    without = vigia.settings.model_copy(update={"token": None})
    token = shown_token(without)
    ended = token is not None and vigia.login_desk.end(token)
    forget_session(vigia.settings)
    typer.echo(tell(vigia.settings.lang, "logged_out" if ended else "not_logged_in"))


def whoami(*, as_json: bool) -> None:
    """Print for whom commands are run."""
    vigia = current()
    lang, who = vigia.settings.lang, vigia.door.caller()
    roles = tuple(sorted(who.roles))
    scopes = None if who.scopes is None else tuple(sorted(who.scopes))
    if as_json:
        found = Caller(who.kind, who.name, who.label, roles, scopes, bool(who.glass_id))
        print_schema_json(found)
    elif who.kind == PrincipalKind.LOCAL:
        typer.echo(tell(lang, "local", name=who.name))
    else:
        typer.echo(tell(lang, "whoami", login=who.name, name=who.label, roles=", ".join(roles)))
        if who.glass_id:
            typer.echo(tell(lang, "glass_now"))


def permissions(*, as_json: bool) -> None:
    """Print which role may do what."""
    from vigia_detect.security.matrix import matrix  # noqa: PLC0415 - slow, seldom needed

    vigia = current()
    found = matrix(vigia.door.book)
    if as_json:
        shown = {
            action: {
                role: {"allowed": one.allowed, "policy": one.policy} for role, one in row.items()
            }
            for action, row in found.items()
        }
        typer.echo(json.dumps(shown, indent=1))
        return
    table = Table(box=None)
    table.add_column(tell(vigia.settings.lang, "action"), no_wrap=True)
    for role in Role:
        table.add_column(role)
    for action, row in found.items():
        table.add_row(action, *("✓" if row[role].allowed else "" for role in Role))
    Console().print(table)
