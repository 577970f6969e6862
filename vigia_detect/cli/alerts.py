"""Commands about alerts."""

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import current
from vigia_detect.cli.show import print_schema_json
from vigia_detect.cli.texts import say
from vigia_detect.stages.report import alert_report


def show_list(*, limit: int, as_json: bool) -> None:
    """Print the newest alerts."""
    vigia = current()
    alerts = vigia.desk.alerts(limit=limit)
    if as_json:
        print_schema_json([alert_report(alert) for alert in alerts])
        return
    if not alerts:
        typer.echo(say(vigia.settings.lang, "no_alerts"))
        return
    lang = vigia.settings.lang
    table = Table(box=None)
    table.add_column(say(lang, "alert"), no_wrap=True)
    for heading in ("kind", "status", "opened_at", "taken_by", "reasons"):
        table.add_column(say(lang, heading))
    for alert in map(alert_report, alerts):
        by = alert.acknowledged_by or ""
        reasons = " ".join(alert.reasons)
        table.add_row(alert.id, alert.kind, alert.state, alert.opened_at[:19], by, reasons)
    Console().print(table)


def acknowledge(alert_id: str, *, by: str) -> None:
    """Take an alert on."""
    vigia = current()
    taken = vigia.desk.acknowledge(alert_id, by=by)
    key = "acknowledged" if taken else "already_acknowledged"
    typer.echo(say(vigia.settings.lang, key, alert_id=alert_id, by=by))
