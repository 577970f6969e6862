"""`vigia alert ...`: alerts, and answering them."""

from typing import Annotated

import typer

from vigia_detect.cli import alerts

app = typer.Typer(help="Alerts, and answering them.", no_args_is_help=True)
AlertArgument = Annotated[str, typer.Argument(metavar="ALERT", help="An alert id.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")]


@app.command(name="list")
def list_alerts(limit: Limit = 20, *, as_json: Json = False) -> None:
    """List alerts, newest first."""
    alerts.show_list(limit=limit, as_json=as_json)


@app.command()
def ack(alert_id: AlertArgument, by: Annotated[str, typer.Option(help="Who takes it on.")]) -> None:
    """Take an alert on: it is not sent again."""
    alerts.acknowledge(alert_id, by=by)
