"""Commands about classifiers of one's own."""

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from vigia_detect.bootstrap import current
from vigia_detect.cli.error_texts import phrase_text
from vigia_detect.cli.model_texts import say

HEADLINES = (
    *("accuracy", "macro_f1", "quadratic_kappa", "within_one"),
    *("coverage", "severe_sensitivity"),
)
NONE = "none"


def train(
    folder: Path,
    out: Path,
    *,
    name: str,
    licence: str,
    sensitivity: float,
    lang: str | None,
    as_json: bool,
) -> None:
    """Train a model, say what was left out, and show its figures."""
    vigia = current()
    words = lang or vigia.settings.lang
    with _progress() as bar:
        made = vigia.classifiers.train(
            *(folder, out),
            name=name,
            licence=licence,
            lang=words,
            sensitivity=sensitivity,
            progress=bar(say(words, "reading_pictures")),
            judged=bar(say(words, "judging")),
        )
    _warn(made.warnings, words)
    report = out / "report.html"
    typer.echo(say(words, "trained", model_id=made.model_id, place=out, report=report), err=True)
    if as_json:
        _print_json(dataclasses.asdict(made))
    else:
        _print_figures(made.figures, words)


def evaluate(which: str, folder: Path, *, as_json: bool) -> None:
    """Judge a model and show each picture's result, or the figures."""
    vigia = current()
    lang = vigia.settings.lang
    with _progress() as bar:
        found = vigia.classifiers.evaluate(
            which, folder, progress=bar(say(lang, "reading_pictures"))
        )
    _warn(found.warnings, lang)
    if as_json:
        _print_json(_evaluation(found))
        return
    count = len(found.images)
    typer.echo(say(lang, "pictures_judged", count=count, model_id=found.model_id), err=True)
    if found.overall is not None:
        _print_figures(found.overall, lang)
        return
    for image in found.images:
        typer.echo(f"{image.path}: {', '.join(image.prediction.candidates)}")


def install(folder: Path) -> None:
    """Install a model."""
    vigia = current()
    model_id = vigia.classifiers.shelf.install(folder)
    typer.echo(say(vigia.settings.lang, "installed", model_id=model_id))


def show_list(*, as_json: bool) -> None:
    """Print the installed models."""
    vigia = current()
    models, lang = vigia.classifiers.shelf.installed(), vigia.settings.lang
    if as_json:
        _print_json([dataclasses.asdict(model) for model in models])
        return
    if not models:
        typer.echo(say(lang, "no_models"))
        return
    table = Table(box=None)
    for heading in ("model", "active", "classes", "accuracy", "problem"):
        table.add_column(say(lang, heading), no_wrap=heading == "model")
    for model in models:
        accuracy = _number(model.accuracy, lang)
        active = "*" if model.active else ""
        table.add_row(
            model.id, active, " ".join(model.classes), accuracy, phrase_text(model.problem, lang)
        )
    Console().print(table)


def use(which: str) -> None:
    """Put a model in use, or none."""
    vigia = current()
    vigia.classifiers.shelf.use(None if which == NONE else which)
    key = "none_in_use" if which == NONE else "in_use"
    typer.echo(say(vigia.settings.lang, key, model_id=which))


def _evaluation(found: Any) -> dict[str, object]:
    """Return the document: each picture's results lie beside its path."""
    images = []
    for image in found.images:
        row = dataclasses.asdict(image)
        images.append({"path": row["path"], "label": row["label"], **row["prediction"]})
        images[-1]["seen"] = row["seen"]
    overall = dataclasses.asdict(found.overall) if found.overall else None
    return {"model_id": found.model_id, "images": images, "overall": overall}


@contextmanager
def _progress() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Show bars on standard error, when somebody is there to see them."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as shown:

        def bar(title: str) -> Callable[[int, int], None]:
            task = shown.add_task(title, total=None)
            return lambda done, total: shown.update(task, completed=done, total=total)

        yield bar


def _warn(warnings: tuple[str, ...], lang: str) -> None:
    for warning in warnings:
        typer.echo(phrase_text(warning, lang), err=True)


def _print_figures(figures: Any, lang: str) -> None:
    table = Table(box=None)
    for heading in ("figure", "value", "interval"):
        table.add_column(say(lang, heading))
    for name in HEADLINES:
        figure = getattr(figures, name)
        known = figure.value is not None
        interval = f"{figure.low:.2f} - {figure.high:.2f}" if known else ""
        table.add_row(say(lang, name), _number(figure.value, lang), interval)
    Console().print(table)


def _number(value: float | None, lang: str) -> str:
    return say(lang, "unknown_figure") if value is None else f"{value:.2f}"


def _print_json(document: object) -> None:
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
