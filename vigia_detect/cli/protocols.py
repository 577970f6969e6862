"""Commands about protocol passages."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import Vigia, current
from vigia_detect.cli.protocol_texts import say
from vigia_detect.cli.protocol_view import document, lines
from vigia_detect.clinical.protocols import Passage
from vigia_detect.clinical.protocols.library import put_in_force, read_folder
from vigia_detect.clinical.protocols.model import POPULATIONS, Lang, class_names
from vigia_detect.clinical.protocols.reading import read_passage
from vigia_detect.domain.search import Filters
from vigia_detect.errors import InvalidOptionError


def show_list(
    *, class_: str | None, population: str | None, lang: Lang | None, as_json: bool
) -> None:
    """Print the passages that the filters let through."""
    vigia = current()
    words = lang or vigia.settings.lang
    filters = filters_of(words, class_, population, lang)
    texts = zip(vigia.protocols, vigia.protocols.search_texts, strict=True)
    passages = [passage for passage, text in texts if filters.allow(text)]
    if as_json:
        print_json([document(passage, words) for passage in passages])
        return
    table = Table(box=None)
    for heading in ("id", "title", "verified", "own"):
        table.add_column(say(words, heading), no_wrap=heading == "id")
    for passage in passages:
        verified = say(words, "yes" if passage.head.verified else "no")
        own = "*" if passage.own else ""
        table.add_row(passage.head.id, passage.text(words).title, verified, own)
    Console().print(table)


def show(passage_id: str, *, lang: Lang | None, as_json: bool) -> None:
    """Print a passage."""
    vigia = current()
    words = lang or vigia.settings.lang
    passage = vigia.protocols[passage_id]
    if as_json:
        print_json(document(passage, words))
        return
    print_passage(passage, words)
    typer.echo(say(words, "disclaimer"), err=True)


def search(
    question: str,
    *,
    class_: str | None,
    population: str | None,
    lang: Lang | None,
    limit: int,
    as_json: bool,
) -> None:
    """Print the passages that answer a question, best first."""
    vigia = current()
    words = lang or vigia.settings.lang
    hits = vigia.passage_search.search(
        question, filters_of(words, class_, population, lang), limit=limit
    )
    if as_json:
        found = [(hit, vigia.protocols[hit.passage_id]) for hit in hits]
        answers = [{"score": hit.score, **document(each, words)} for hit, each in found]
        print_json({"knowledge_version": vigia.protocols.version, "answers": answers})
        return
    for hit in hits:
        print_passage(vigia.protocols[hit.passage_id], words)
        typer.echo()
    for said in ("nearest", "disclaimer") if hits else ("nothing",):
        typer.echo(say(words, said), err=True)


def check(path: Path | None) -> None:
    """Check a file, a folder or what is in force; passages past their review are named."""
    vigia = current()
    lang = vigia.settings.lang
    passages = _to_check(vigia, path)
    for passage in passages:
        if passage.head.review < _today():
            head = passage.head
            typer.echo(say(lang, "overdue", id=head.id, review=head.review), err=True)
    typer.echo(say(lang, "checked", count=len(passages)))


def add(path: Path) -> None:
    """Put a passage of the hospital's own in force."""
    settings = current().settings
    passage, place = put_in_force(path, settings.protocol_folder)
    typer.echo(say(settings.lang, "added", id=passage.head.id, path=place))


def _to_check(vigia: Vigia, path: Path | None) -> list[Passage]:
    if path is None:
        return list(vigia.protocols)
    if path.is_dir():
        return list(read_folder(path, own=True).values())
    return [read_passage(path, own=True)]


def filters_of(
    words: Lang, class_: str | None, population: str | None, lang: Lang | None
) -> Filters:
    """Return the filters. Raises InvalidOptionError in the language of `words`."""
    _known(words, "unknown_class", class_, class_names())
    _known(words, "unknown_population", population, POPULATIONS)
    return Filters(class_, population, lang)


def _known(lang: str, key: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise InvalidOptionError(say(lang, key, value=value, known=", ".join(known)))


def print_passage(passage: Passage, lang: Lang) -> None:
    """Print a passage for people."""
    for line in lines(passage, lang):
        typer.echo(line)


def print_json(value: object) -> None:
    """Print a document for programs."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.flush()


def _today() -> date:
    return datetime.now(UTC).date()
