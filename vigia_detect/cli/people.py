"""Commands about people."""

from collections.abc import Iterable
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import actor, ask_also, caller, current
from vigia_detect.cli.access_texts import tell
from vigia_detect.cli.show import print_schema_json
from vigia_detect.cli.typed import read_secret
from vigia_detect.domain.access import Action, PrincipalKind, Role
from vigia_detect.errors import InvalidOptionError


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as it is listed; nothing secret."""

    login: str
    name: str
    service: bool
    roles: tuple[str, ...]
    password: bool
    totp: bool
    disabled: bool


def add(
    login: str, name: str, roles: Iterable[str], *, service: bool, oidc_subject: str | None
) -> None:
    """Add an account."""
    from vigia_detect.security.registry import NewAccount  # noqa: PLC0415 - slow, seldom needed

    vigia = current()
    issuer, subject = vigia.settings.oidc_issuer, None
    if oidc_subject is not None:
        if not issuer:
            raise InvalidOptionError("--oidc-subject: VIGIA_OIDC_ISSUER")
        subject = f"{issuer} {oidc_subject}"
    new = NewAccount(login, name, read_roles(roles), service, subject)
    vigia.registry.add(new, by=actor())
    typer.echo(tell(vigia.settings.lang, "person_added", login=login))


def show_list(*, as_json: bool) -> None:
    """Print the accounts."""
    vigia = current()
    listed = [
        Listed(
            one.login,
            one.name,
            one.service,
            tuple(sorted(one.roles)),
            one.password_hash is not None,
            one.sealed_totp is not None,
            one.disabled_at is not None,
        )
        for one in vigia.registry.all()
    ]
    if as_json:
        print_schema_json(listed)
        return
    lang = vigia.settings.lang
    table = Table(box=None)
    for heading in ("login", "name", "roles", "state"):
        table.add_column(tell(lang, heading))
    for one in listed:
        state = tell(lang, "disabled" if one.disabled else "service" if one.service else "person")
        table.add_row(one.login, one.name, ", ".join(one.roles), state)
    Console().print(table)


def set_roles(login: str, roles: Iterable[str]) -> None:
    """Replace an account's roles."""
    vigia, chosen = current(), read_roles(roles)
    vigia.registry.set_roles(login, chosen, by=actor())
    typer.echo(tell(vigia.settings.lang, "roles_set", login=login, roles=", ".join(sorted(chosen))))


def disable(login: str) -> None:
    """Close an account."""
    vigia = current()
    vigia.registry.disable(login, by=actor())
    typer.echo(tell(vigia.settings.lang, "person_disabled", login=login))


def set_password(login: str | None) -> None:
    """Set a password; one's own only after the old one."""
    vigia, whose = current(), _whose(login)
    lang = vigia.settings.lang
    if whose == caller().name:
        vigia.login_desk.check_password(whose, read_secret(tell(lang, "old_password")))
    new = read_secret(tell(lang, "new_password"))
    if read_secret(tell(lang, "again")) != new:
        raise InvalidOptionError(tell(lang, "not_the_same"))
    vigia.registry.set_password(whose, new, by=actor())
    typer.echo(tell(lang, "password_set", login=whose))


def set_totp(login: str | None, *, off: bool) -> None:
    """Set up one-time codes, or do without them."""
    from vigia_detect.security import codes  # noqa: PLC0415 - slow, seldom needed

    vigia, whose = current(), _whose(login)
    lang = vigia.settings.lang
    if whose == caller().name:  # a terminal left open must not become somebody else's
        vigia.login_desk.check_password(whose, read_secret(tell(lang, "old_password")))
    if off:
        vigia.registry.drop_totp(whose, by=actor())
        typer.echo(tell(lang, "totp_off", login=whose))
        return
    secret = codes.new_secret()
    typer.echo(tell(lang, "totp_uri", uri=codes.uri(secret, whose)))
    vigia.registry.set_totp(whose, secret, read_secret(tell(lang, "code")), by=actor())
    typer.echo(tell(lang, "totp_set", login=whose))


def read_roles(words: Iterable[str]) -> frozenset[Role]:
    """Return roles. Raises InvalidOptionError that names the known ones."""
    try:
        return frozenset(Role(word) for word in words)
    except ValueError:
        raise InvalidOptionError("role: unknown (known: {known})", known=", ".join(Role)) from None


def _whose(login: str | None) -> str:
    """Return whose account is meant; another's needs the right to change people."""
    who = caller()
    if who.kind == PrincipalKind.LOCAL and login is None:
        raise InvalidOptionError(tell(current().settings.lang, "whose"))
    if login is not None and login != who.name:
        ask_also(Action.PEOPLE_CHANGE)
    return login or who.name
