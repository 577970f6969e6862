"""Runs a drill and says how long everything took."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer
from rich.console import Console

from vigia_detect.bootstrap import current
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.cli.show import print_schema_json
from vigia_detect.cli.story import Storyteller, say
from vigia_detect.stages.drill import Drill, DrillReport

POLL_S = 0.2
RECORD_S = 3.0
ACTOR = "drill"


def run_drill(*, wait_s: float, as_json: bool) -> None:
    """Run one; exit with 11 when nobody was told in time or nobody answered.

    Raises:
        DatabaseUnavailableError: nothing can be told.
    """
    vigia = current()
    drill, lang = vigia.new_drill(), vigia.settings.lang
    console = Console(stderr=as_json)
    with _ended(drill):
        known = drill.open(wait_s)
        console.print(say(lang, "drill_begins", alert_id=known, seconds=wait_s))
        report = _watch(drill, console, lang, time.monotonic() + wait_s)
    if as_json:
        print_schema_json(report)
    else:
        _conclude(report, lang)
    if report.problems:
        sys.exit(ExitCode.DRILL_FAILED)


def _watch(drill: Drill, console: Console, lang: str, until: float) -> DrillReport:
    """Print what happens until somebody answers or the time is over."""
    teller = Storyteller(console, lang)
    while True:
        report, moments = drill.look()
        teller.tell(moments)
        if report.acknowledged_s is not None:
            # An answer may be faster than the record that the provider took the message.
            until = min(until, time.monotonic() + (RECORD_S if report.accepted_s is None else 0))
        if time.monotonic() >= until:
            return report
        time.sleep(POLL_S)


def _conclude(report: DrillReport, lang: str) -> None:
    if report.only_inbox:
        typer.echo(say(lang, "only_inbox"))
    for problem in report.problems:
        typer.echo(say(lang, problem, limit=report.limit_s))
    if not report.problems:
        seconds, by = report.acknowledged_s, report.acknowledged_by
        text = say(lang, "drill_passed", told=report.accepted_s, answered=seconds, by=by)
        typer.echo(text)
    typer.echo(say(lang, "drill_closed"))


@contextmanager
def _ended(drill: Drill) -> Iterator[None]:
    """Close the drill whatever happens, also when somebody or a service manager stops us."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        drill.end(by=ACTOR)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
