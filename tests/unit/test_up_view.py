import io
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import fields, replace

import pytest
from rich.console import Console

from vigia_detect.cli.up_texts import TEXTS, Lang
from vigia_detect.cli.up_view import UpView, counts_line, duration
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.states import CaseState, RunState
from vigia_detect.errors import DatabaseUnavailableError
from vigia_detect.supervisor import ProcessState, ProcessStatus, Snapshot

WORKER = ProcessStatus(
    name="worker",
    state=ProcessState.RUNNING,
    crash_loop=False,
    pid=4711,
    started_at=0.0,
    uptime_s=3725.0,
    restarts=2,
    rss_bytes=52_000_000,
    last_exit=-9,
    problem="",
    log_file="/logs/worker.log",
    serves=("emergency", "[red]default"),
)


def snapshot(*processes: ProcessStatus, stopping: bool = False) -> Snapshot:
    return Snapshot(pid=1, taken_at=0.0, stopping=stopping, processes=processes)


def shown(
    *snapshots: Snapshot, lang: Lang = "es", terminal: bool = False, width: int = 140
) -> list[str]:
    out = io.StringIO()
    # A console without colours and cursor moves, but a terminal when asked for.
    console = Console(file=out, force_terminal=terminal, width=width, height=40, color_system=None)
    counted = threading.Event()

    def counts() -> Mapping[str, int]:
        counted.set()
        return {"case.completed": 3, "case.failed": 0, "alert.open": 0}

    with UpView(counts, lang=lang, console=console) as view:
        assert counted.wait(2)
        wait_until_counted(view)
        for one in snapshots:
            view.show(one)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue()).splitlines()


def wait_until_counted(view: UpView) -> None:
    deadline = time.monotonic() + 2
    while view._counter.latest() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_terminal_shows_a_table() -> None:
    lines = shown(snapshot(WORKER), terminal=True)
    assert lines[0] == "Vigia en marcha · Ctrl-C para parar"
    row = next(line for line in lines if line.strip().startswith("worker"))
    assert row.strip().split(maxsplit=7) == [
        "worker", "en", "marcha", "4711", "1:02:05", "2", "52", "MB   emergency, [red]default",
    ]  # fmt: skip
    assert "Casos: 3 completados   Alertas: 0" in lines


def test_a_narrow_terminal_says_below_what_is_served() -> None:
    lines = shown(snapshot(WORKER), terminal=True, width=80)
    assert "worker atiende: emergency, [red]default" in lines
    assert max(map(len, lines)) <= 80


def test_english() -> None:
    lines = shown(snapshot(WORKER, stopping=True), terminal=True, lang="en")
    assert lines[0].startswith("Stopping: finishing what runs")
    assert "Cases: 3 completed   Alerts: 0" in lines


def test_elsewhere_each_change_is_one_line() -> None:
    dead = replace(WORKER, state=ProcessState.RESTARTING, pid=None, uptime_s=None)
    older = replace(WORKER, uptime_s=3726.0, rss_bytes=1)
    lines = shown(snapshot(WORKER), snapshot(older), snapshot(dead), lang="en")
    assert [line[20:] for line in lines] == [
        "worker: running, PID 4711, last exit: SIGKILL",
        "Cases: 3 completed   Alerts: 0",
        "worker: restarting, last exit: SIGKILL",
    ]


def test_trouble_is_said_with_where_to_look() -> None:
    loop = replace(WORKER, crash_loop=True)
    failed = replace(WORKER, name="broker", problem="no room")
    lines = shown(snapshot(loop, failed), terminal=True)
    assert "worker: se cae una y otra vez; vea /logs/worker.log" in lines
    assert "broker: no arranca: no room" in lines


def test_what_cannot_be_counted_is_not_shown_as_zero() -> None:
    called = threading.Event()

    def counts() -> Mapping[str, int]:
        called.set()
        raise DatabaseUnavailableError("away")

    out = io.StringIO()
    with UpView(counts, console=Console(file=out)) as view:
        assert called.wait(2)
        view.show(snapshot(WORKER))
    assert "recuentos no disponibles" in out.getvalue()


def test_a_slow_count_does_not_hold_up_the_view() -> None:
    release = threading.Event()

    def counts() -> Mapping[str, int]:
        release.wait(5)
        return {}

    with UpView(counts, console=Console(file=io.StringIO())) as view:
        began = time.monotonic()
        view.show(snapshot(WORKER))
        assert time.monotonic() - began < 1
        release.set()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0.0, "0 s"), (59.9, "59 s"), (61.0, "1:01"), (3600.0, "1:00:00")],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize("lang", list(TEXTS))
def test_every_state_has_a_word(lang: Lang) -> None:
    texts = TEXTS[lang]
    known = {f"case.{s}" for s in CaseState} | {f"run.{s}" for s in RunState}
    assert set(texts.counts) == known | {f"alert.{s}" for s in AlertState}
    assert set(texts.states) == set(ProcessState)
    assert all(getattr(texts, field.name) for field in fields(texts))


def test_an_unknown_figure_is_shown_by_its_key() -> None:
    assert counts_line({"bed.free": 2}, TEXTS["en"]).plain == "bed: 2 bed.free"
