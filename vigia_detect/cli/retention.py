"""Commands about what goes when its time is over."""

from collections.abc import Mapping, Sequence

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import current
from vigia_detect.cli.show import print_schema_json
from vigia_detect.cli.texts import say
from vigia_detect.domain.retention import Going

SHOWN = 2


def plan(*, as_json: bool) -> None:
    """Print what would go."""
    _print(current().retention.plan(), "goes", as_json=as_json)


def run(*, by: str, as_json: bool) -> None:
    """Delete it, and print what has gone."""
    _print(current().retention.run(actor=by), "gone", as_json=as_json)


def _print(going: Sequence[Going], heading: str, *, as_json: bool) -> None:
    vigia = current()
    lang = vigia.settings.lang
    periods: Mapping[str, int] = {k.value: days for k, days in vigia.periods.in_force().items()}
    if as_json:
        print_schema_json([_document(one, periods) for one in going])
        return
    table = Table(box=None)
    for name in ("kind_of_data", "period", heading, "held", "examples"):
        table.add_column(say(lang, name))
    for one in going:
        shown = " ".join(one.ids[:SHOWN])
        period = str(periods.get(one.kind, ""))
        table.add_row(str(one.kind), period, str(len(one.ids)), str(one.held), shown)
    Console().print(table)
    typer.echo(say(lang, "audit_stays"))


def _document(one: Going, periods: Mapping[str, int]) -> dict[str, object]:
    return {
        "kind": str(one.kind),
        "period_days": periods.get(one.kind),
        "count": len(one.ids),
        "held": one.held,
        "ids": one.ids,
    }
