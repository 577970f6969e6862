"""Commands about legal holds."""

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import current
from vigia_detect.cli.show import print_schema_json
from vigia_detect.cli.texts import say
from vigia_detect.domain.retention import Hold, HoldReason
from vigia_detect.stages.report import iso

HEADINGS = ("hold", "subject", "reason", "reference", "placed_at", "placed_by", "released_at")


def add(subject: str, *, reason: str, reference: str, by: str) -> None:
    """Place a hold."""
    vigia = current()
    hold = vigia.holds.place(subject, reason=HoldReason(reason), reference=reference, by=by)
    typer.echo(say(vigia.settings.lang, "hold_placed", hold=hold, subject=subject))


def release(hold_id: str, *, by: str) -> None:
    """Release a hold."""
    vigia = current()
    subject = vigia.holds.release(hold_id, by=by)
    typer.echo(say(vigia.settings.lang, "hold_released", hold=hold_id, subject=subject))


def show_list(*, released: bool, as_json: bool) -> None:
    """Print the holds."""
    vigia = current()
    lang, rows = vigia.settings.lang, [_row(one) for one in vigia.holds.list(released=released)]
    if as_json:
        print_schema_json(rows)
        return
    if not rows:
        typer.echo(say(lang, "no_holds"))
        return
    table = Table(box=None)
    for heading in HEADINGS:
        table.add_column(say(lang, heading), overflow="fold")
    for row in rows:
        table.add_row(*(value or "" for value in row.values()))
    Console().print(table)


def _row(hold: Hold) -> dict[str, str | None]:
    return {
        "hold": hold.id,
        "subject": hold.subject,
        "reason": hold.reason.value,
        "reference": hold.reference,
        "placed_at": iso(hold.placed_at),
        "placed_by": hold.placed_by,
        "released_at": iso(hold.released_at),
    }
