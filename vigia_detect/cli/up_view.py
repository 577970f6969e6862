"""The terminal view of `vigia up`: what runs where, and how the work stands.

On a terminal it is one table that stays in place; elsewhere it is a line for each change.
"""

import signal
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from vigia_detect.cli.error_texts import phrase_text
from vigia_detect.cli.up_texts import TEXTS, Lang, UpTexts
from vigia_detect.errors import VigiaError
from vigia_detect.supervisor import ProcessState, ProcessStatus, Snapshot

Counts = Mapping[str, int]

COUNT_EVERY_S = 1.0
# Older figures are not shown: unknown is better than wrong.
COUNTS_FRESH_S = 5.0

# Columns from which there is room for what each process serves.
WIDE = 110
# Columns of the table that hold figures.
FIGURES = range(2, 6)
NOTHING = "-"

STYLES = {
    ProcessState.PENDING: "dim",
    ProcessState.RUNNING: "green",
    ProcessState.RESTARTING: "yellow",
    ProcessState.STOPPING: "cyan",
    ProcessState.STOPPED: "dim",
}


class UpView:
    """Shows snapshots of a supervisor: `with UpView(counts) as view: supervisor.run(view.show)`.

    Args:
        counts: returns how much there is of what: keys `case.<state>`, `run.<state>`,
            `alert.<state>`. Called every second in a thread of its own, so that a slow database
            does not hold up supervision; a VigiaError means that nothing is known for now.
        lang: `es` or `en`.
        console: where to show it; standard output when None.
    """

    def __init__(
        self, counts: Callable[[], Counts], *, lang: Lang = "es", console: Console | None = None
    ) -> None:
        self._texts = TEXTS[lang]
        self._console = console or Console()
        self._counter = _Counter(counts)
        self._live: Live | None = None
        self._seen: dict[str, Text] = {}

    def __enter__(self) -> Self:
        self._counter.start()
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(console=self._console, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._counter.stop()
        if self._live is not None:
            self._live.stop()

    def show(self, snapshot: Snapshot) -> None:
        """Show one moment."""
        counts = counts_line(self._counter.latest(), self._texts)
        if self._live is not None:
            self._live.update(
                _screen(snapshot, counts, self._texts, self._console.width), refresh=True
            )
            return
        for process in snapshot.processes:
            self._log(process.name, _change_line(process, self._texts))
        self._log("", counts)

    def _log(self, key: str, line: Text) -> None:
        if self._seen.get(key) != line:
            self._seen[key] = line
            moment = time.strftime("%Y-%m-%d %H:%M:%S")
            self._console.print(Text(f"{moment} ").append_text(line), soft_wrap=True)


class _Counter:
    """Counts in the background and remembers when it last could."""

    def __init__(self, counts: Callable[[], Counts]) -> None:
        self._counts = counts
        self._found: tuple[float, Counts] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counter", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()

    def latest(self) -> Counts | None:
        found = self._found
        fresh = found is not None and time.monotonic() - found[0] < COUNTS_FRESH_S
        return found[1] if found is not None and fresh else None

    def _run(self) -> None:
        while True:
            try:
                self._found = (time.monotonic(), dict(self._counts()))
            except VigiaError:
                self._found = None
            if self._over.wait(COUNT_EVERY_S):
                return


def counts_line(counts: Counts | None, texts: UpTexts) -> Text:
    """Return the figures in one line, grouped, zeros left out except where a group has only those.

    Args:
        counts: None when nothing is known.
        texts: the language.
    """
    if counts is None:
        return Text(texts.unknown, style="yellow")
    groups: dict[str, list[str]] = {}
    for key, number in counts.items():
        words = groups.setdefault(key.partition(".")[0], [])
        if number:
            words.append(f"{number} {texts.counts.get(key, key)}")
    parts = (f"{texts.groups.get(g, g)}: {', '.join(words) or '0'}" for g, words in groups.items())
    return Text("   ".join(parts))


def duration(seconds: float | None) -> str:
    """Return `s`, `m:ss`, or `h:mm:ss`; a dash when unknown."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"


def _screen(snapshot: Snapshot, counts: Text, texts: UpTexts, width: int) -> Group:
    wide = width >= WIDE
    title = Text(_title(snapshot, texts), style="bold")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(texts.columns[: 7 if wide else 6]):
        table.add_column(column, justify="right" if number in FIGURES else "left", no_wrap=not wide)
    for process in snapshot.processes:
        table.add_row(*_cells(process, texts)[: 7 if wide else 6])
    notes = [] if wide else [_serves_line(p, texts) for p in snapshot.processes if p.serves]
    notes += [
        Text(f"{process.name}: {trouble}", style="red")
        for process in snapshot.processes
        if (trouble := _trouble(process, texts))
    ]
    return Group(title, table, *notes, counts)


def _title(snapshot: Snapshot, texts: UpTexts) -> str:
    if all(process.state is ProcessState.STOPPED for process in snapshot.processes):
        return texts.stopped
    return texts.stopping if snapshot.stopping else texts.running


def _serves_line(process: ProcessStatus, texts: UpTexts) -> Text:
    serves = f"{process.name} {texts.columns[-1].lower()}: {', '.join(process.serves)}"
    return Text(serves, style="dim")


def _cells(process: ProcessStatus, texts: UpTexts) -> tuple[Text, ...]:
    memory = NOTHING if process.rss_bytes is None else f"{process.rss_bytes / 1e6:.0f} MB"
    style = "bold red" if process.crash_loop else STYLES[process.state]
    return (
        Text(process.name),
        Text(texts.states[process.state], style=style),
        Text(str(process.pid or NOTHING)),
        Text(duration(process.uptime_s)),
        Text(str(process.restarts), style="yellow" if process.restarts else ""),
        Text(memory),
        Text(", ".join(process.serves)),
    )


def _trouble(process: ProcessStatus, texts: UpTexts) -> str:
    """Return what an operator must look at; '' when there is nothing."""
    if process.problem:
        return f"{texts.start_failed}: {phrase_text(process.problem, texts.lang)}"
    return f"{texts.crash_loop} {process.log_file}" if process.crash_loop else ""


def _change_line(process: ProcessStatus, texts: UpTexts) -> Text:
    parts = [f"{process.name}: {texts.states[process.state]}"]
    if process.pid is not None:
        parts.append(f"PID {process.pid}")
    if process.last_exit is not None:
        parts.append(f"{texts.ended}: {_exit_text(process.last_exit)}")
    if trouble := _trouble(process, texts):
        parts.append(trouble)
    return Text(", ".join(parts))


def _exit_text(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else str(code)
    except ValueError:
        return str(code)
