"""Commands about alerts."""

from collections.abc import Iterator

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import current
from vigia_detect.cli.code_words import in_words
from vigia_detect.cli.show import print_schema_json
from vigia_detect.cli.speaker import speaker
from vigia_detect.cli.story import timeline
from vigia_detect.cli.texts import say
from vigia_detect.domain.alert_states import AlertEvent, AlertState
from vigia_detect.domain.alert_texts import title
from vigia_detect.domain.alert_times import KindTimes, Times
from vigia_detect.domain.escalation import Answer
from vigia_detect.errors import NotPossibleError
from vigia_detect.stages.alert_report import alert_times
from vigia_detect.stages.report import alert_report


def show_list(*, limit: int, as_json: bool) -> None:
    """Print alerts, what somebody still has to do first."""
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
        kind = f"{alert.kind} ({say(lang, 'drill')})" if alert.drill else alert.kind
        table.add_row(alert.id, kind, alert.state, alert.opened_at[:19], by, reasons)
    Console().print(table)


def show(alert_id: str, *, as_json: bool) -> None:
    """Print what happened to an alert."""
    vigia = current()
    moments = vigia.desk.story(alert_id)
    if as_json:
        print_schema_json(moments)
        return
    alert, lang = vigia.desk.alert(alert_id), vigia.settings.lang
    typer.echo(title(alert.kind, lang=lang, drill=alert.drill))
    typer.echo(f"{say(lang, 'case')}: {alert.case_id or say(lang, 'nothing')} ({alert.state})")
    Console().print(timeline(moments, lang))


def acknowledge(alert_id: str, *, by: str | None) -> None:
    """Take an alert on."""
    vigia, by = current(), speaker(by)
    lang = vigia.settings.lang
    if vigia.desk.acknowledge(alert_id, by=by):
        typer.echo(say(lang, "acknowledged", alert_id=alert_id, by=by))
        return
    alert = vigia.desk.alert(alert_id)
    has = alert.acknowledged_by or ""
    key = "already_acknowledged" if has else "not_possible"
    typer.echo(say(lang, key, alert_id=alert_id, by=has, state=_named(alert.state, lang)))


def _named(state: AlertState, lang: str) -> str:
    return state.value if lang == "en" else in_words(state, lang)


DONE = {AlertEvent.ACT: "acted", AlertEvent.DECLINE: "declined", AlertEvent.CLOSE: "closed"}


def answer(alert_id: str, event: AlertEvent, *, by: str | None) -> None:
    """Say something to an alert; exit with 10 when its state does not allow it any more."""
    vigia, by = current(), speaker(by)
    lang = vigia.settings.lang
    if vigia.desk.answer(alert_id, Answer(event, by, "cli")):
        typer.echo(say(lang, DONE[event], alert_id=alert_id, by=by))
        return
    state = vigia.desk.alert(alert_id).state
    raise NotPossibleError(say(lang, "not_possible", alert_id=alert_id, state=_named(state, lang)))


def report(*, days: float, as_json: bool) -> None:
    """Print how fast alerts were told, taken on and acted on."""
    vigia = current()
    found = alert_times(vigia.store, days=days)
    if as_json:
        print_schema_json(found)
        return
    lang = vigia.settings.lang
    table = Table(box=None)
    for heading in ("kind", "measure", "count"):
        table.add_column(say(lang, heading))
    for heading in ("p50", "p95", say(lang, "worst"), say(lang, "never")):
        table.add_column(heading, justify="right")
    for one in found:
        for row in _report_rows(one, lang):
            table.add_row(*row)
    Console().print(table)


def _report_rows(one: KindTimes, lang: str) -> Iterator[tuple[str, ...]]:
    for name in ("acceptance", "acknowledgement", "act"):
        found: Times = getattr(one, name)
        seconds = (found.p50, found.p95, found.worst)
        shown = ("" if value is None else f"{value:.1f} s" for value in seconds)
        yield one.kind, say(lang, name), str(found.count), *shown, str(found.never)
