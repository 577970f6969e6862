"""`vigia alert ...`: alerts, and answering them."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli import alerts
from vigia_detect.cli.speaker import By
from vigia_detect.domain.access import Action
from vigia_detect.domain.alert_states import AlertEvent

app = typer.Typer(help="Alerts, and answering them.", no_args_is_help=True)
AlertArgument = Annotated[str, typer.Argument(metavar="ALERT", help="An alert id.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many.")]


@app.command(name="list")
@needs(Action.ALERT_LIST)
def list_alerts(limit: Limit = 20, *, as_json: Json = False) -> None:
    """List alerts: open emergencies, then what nobody has acted on, then the others."""
    alerts.show_list(limit=limit, as_json=as_json)


@app.command()
@needs(Action.ALERT_LIST)
def show(alert_id: AlertArgument, *, as_json: Json = False) -> None:
    """Show who was told of an alert, when, and what became of it."""
    alerts.show(alert_id, as_json=as_json)


@app.command()
@needs(Action.ALERT_ANSWER)
def ack(alert_id: AlertArgument, by: By = None) -> None:
    """Take an alert on: it is not sent again."""
    alerts.acknowledge(alert_id, by=by)


@app.command()
@needs(Action.ALERT_ANSWER)
def act(alert_id: AlertArgument, by: By = None) -> None:
    """Say that what is to be done has been done."""
    alerts.answer(alert_id, AlertEvent.ACT, by=by)


@app.command()
@needs(Action.ALERT_ANSWER)
def decline(alert_id: AlertArgument, by: By = None) -> None:
    """Say that an alert is not yours: the next ones are told at once."""
    alerts.answer(alert_id, AlertEvent.DECLINE, by=by)


@app.command()
@needs(Action.ALERT_ANSWER)
def close(alert_id: AlertArgument, by: By = None) -> None:
    """Say that nothing is left to do, after somebody acted."""
    alerts.answer(alert_id, AlertEvent.CLOSE, by=by)


@app.command()
@needs(Action.ALERT_LIST)
def report(
    days: Annotated[float, typer.Option(min=0.01, max=3660, help="How far to look back.")] = 30,
    *,
    as_json: Json = False,
) -> None:
    """Show how fast alerts were accepted, taken on and acted on: p50, p95, worst."""
    alerts.report(days=days, as_json=as_json)
