"""Commands about emergency access."""

from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import caller, current
from vigia_detect.cli.access_texts import tell
from vigia_detect.cli.show import print_schema_json
from vigia_detect.domain.people import Verdict
from vigia_detect.stages.report import iso


@dataclass(frozen=True, slots=True)
class Listed:
    """An emergency access as it is listed."""

    id: str
    login: str
    reason: str
    until: str
    verdict: str | None


def smash(reason: str, *, minutes: float) -> None:
    """Take emergency access."""
    vigia = current()
    given = vigia.glass_case.smash(caller(), reason, minutes=minutes)
    until = (iso(given.expires_at) or "")[:19]
    typer.echo(tell(vigia.settings.lang, "glass_broken", id=given.id, until=until))


def show_list(*, as_json: bool) -> None:
    """Print emergency accesses."""
    vigia = current()
    listed = [
        Listed(
            one.glass.id, one.login, one.reason, iso(one.glass.expires_at) or "", one.glass.verdict
        )
        for one in vigia.glass_case.all()
    ]
    if as_json:
        print_schema_json(listed)
        return
    lang = vigia.settings.lang
    table = Table(box=None)
    for heading in ("id", "login", "until", "verdict", "reason"):
        table.add_column(tell(lang, heading))
    for one in listed:
        verdict = tell(lang, one.verdict or "pending")
        table.add_row(one.id, one.login, one.until[:19], verdict, one.reason)
    Console().print(table)


def review(glass_id: str, verdict: Verdict) -> None:
    """Note what a review found."""
    vigia = current()
    vigia.glass_case.review(glass_id, verdict, by=caller())
    typer.echo(tell(vigia.settings.lang, "glass_reviewed", id=glass_id))
