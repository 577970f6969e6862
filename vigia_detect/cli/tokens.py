"""Commands about tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import actor, current
from vigia_detect.cli.access_texts import tell
from vigia_detect.cli.show import print_schema_json
from vigia_detect.domain.access import Action
from vigia_detect.domain.people import NAME_LENGTH
from vigia_detect.errors import InvalidOptionError
from vigia_detect.stages.report import iso


@dataclass(frozen=True, slots=True)
class Listed:
    """A token as it is listed."""

    id: str
    login: str
    kind: str
    label: str
    scopes: tuple[str, ...] | None
    expires_at: str
    revoked: bool


def create(login: str, *, label: str, days: float, scopes: Sequence[str] | None) -> None:
    """Make a token; it goes alone to standard output, so that a script can take it."""
    if not (0 < len(label) <= NAME_LENGTH and label.isprintable()):
        raise InvalidOptionError("label: must be 1 to {most} printable letters", most=NAME_LENGTH)
    vigia, chosen = current(), None if scopes is None else read_actions(scopes)
    token, made = vigia.registry.create_token(
        login, label=label, days=days, scopes=chosen, by=actor()
    )
    typer.echo(tell(vigia.settings.lang, "token_made", id=made.id), err=True)
    typer.echo(token)


def show_list(login: str | None, *, as_json: bool) -> None:
    """Print tokens, newest first."""
    vigia = current()
    logins = {one.id: one.login for one in vigia.registry.all()}
    listed = [
        Listed(
            one.id,
            logins[one.account_id],
            one.kind,
            one.label,
            None if one.scopes is None else tuple(sorted(one.scopes)),
            iso(one.expires_at) or "",
            one.revoked_at is not None,
        )
        for one in vigia.registry.tokens(login)
    ]
    if as_json:
        print_schema_json(listed)
        return
    lang = vigia.settings.lang
    table = Table(box=None)
    for heading in ("id", "login", "label", "scopes", "expires"):
        table.add_column(tell(lang, heading))
    for one in listed:
        scopes = tell(lang, "all") if one.scopes is None else ", ".join(one.scopes)
        over = tell(lang, "revoked") if one.revoked else one.expires_at[:19]
        table.add_row(one.id, one.login, one.label, scopes, over)
    Console().print(table)


def revoke(token_id: str) -> None:
    """Revoke a token."""
    vigia = current()
    vigia.registry.revoke(token_id, by=actor())
    typer.echo(tell(vigia.settings.lang, "token_revoked", id=token_id))


def read_actions(words: Sequence[str]) -> frozenset[Action]:
    """Return actions. Raises InvalidOptionError that names the known ones."""
    try:
        return frozenset(Action(word) for word in words)
    except ValueError:
        raise InvalidOptionError(
            "scope: unknown (known: {known})", known=", ".join(Action)
        ) from None
