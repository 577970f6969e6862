"""Commands about review."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from vigia_detect.bootstrap import actor, current
from vigia_detect.cli.review_texts import say
from vigia_detect.cli.show import print_schema_json
from vigia_detect.stages.review_item import Candidate, ReviewItem

STYLE = {"emergency": "bold red", "urgent": "bold yellow", "routine": "bold"}
MOST_QUESTIONS = 3
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def show_list(*, limit: int, as_json: bool) -> None:
    """Print what waits, the most dangerous first."""
    vigia = current()
    _show(vigia.review.queue(limit=limit, actor=actor()), vigia.settings.lang, as_json=as_json)


def claim(case_id: str, *, by: str, as_json: bool) -> None:
    """Hold a case and show it."""
    vigia = current()
    item = vigia.review.claim(case_id, by=by)
    if as_json:
        print_schema_json(item)
        return
    print_item(item, vigia.settings.lang, Console())
    typer.echo(say(vigia.settings.lang, "claimed", case_id=case_id, by=by))


def confirm(case_id: str, *, by: str, reason: str, as_json: bool) -> None:
    """Confirm the result."""
    current().review.confirm(case_id, by=by, reason=reason)
    _done("confirmed", case_id, by, as_json=as_json)


def correct(
    case_id: str, *, by: str, reason: str, class_: str, lesion: str | None, as_json: bool
) -> None:
    """Give a lesion another class."""
    current().review.correct(case_id, by=by, reason=reason, class_=class_, lesion=lesion)
    _done("corrected", case_id, by, as_json=as_json)


def release(case_id: str, *, by: str, as_json: bool) -> None:
    """Give a case back."""
    current().review.release(case_id, by=by)
    _done("released", case_id, by, as_json=as_json)


def print_item(item: ReviewItem, lang: str, out: Console) -> None:
    """Print a case that waits: how urgent, why, what is proposed, who holds it."""
    grave = say(lang, "may_be_grave") if item.may_be_grave else ""
    head = f"{say(lang, item.urgency)}{grave}  {item.case_id}"
    out.print(Text(head, style=STYLE[item.urgency]))
    for label, text in _lines(item, lang):
        out.print(Padding(Text.assemble((f"{say(lang, label)}: ", "cyan"), text), (0, 0, 0, 2)))


def age_text(seconds: float) -> str:
    """Return a span of time in its largest two units, such as `3 h 05 min`."""
    minutes = int(seconds // MINUTE_S)
    if seconds < HOUR_S:
        return f"{minutes} min"
    if seconds < DAY_S:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{int(seconds // DAY_S)} d {int(seconds % DAY_S // HOUR_S)} h"


def _show(items: Sequence[ReviewItem], lang: str, *, as_json: bool) -> None:
    if as_json:
        print_schema_json(list(items))
        return
    if not items:
        typer.echo(say(lang, "nothing_waits"))
    out = Console()
    for item in items:
        print_item(item, lang, out)


def _lines(item: ReviewItem, lang: str) -> list[tuple[str, str]]:
    lines = [("why", getattr(why, lang)) for why in item.why]
    for lesion in item.lesions:
        shown = ", ".join(_candidate(one, lang) for one in lesion.candidates)
        lines.append(("possible", f"[{lesion.lesion}] {shown or say(lang, 'none')}"))
    lines += _asked(item, lang)
    held = say(lang, "nobody")
    if item.claimed_by is not None:
        held = say(lang, "held", by=item.claimed_by, until=(item.claimed_until or "")[:16])
    return [*lines, ("waits", age_text(item.age_s)), ("holder", held)]


def _asked(item: ReviewItem, lang: str) -> list[tuple[str, str]]:
    """Return the first questions: those of a model that babbles must hide no other case."""
    lines = [("question", getattr(one, lang)) for one in item.questions[:MOST_QUESTIONS]]
    more = len(item.questions) - MOST_QUESTIONS
    if more > 0:
        lines.append(("questions", say(lang, "more", count=more, case_id=item.case_id)))
    return lines


def _candidate(one: Candidate, lang: str) -> str:
    words: str = getattr(one, lang)
    return words if one.probability is None else f"{words} {one.probability:.0%}"


def _done(what: str, case_id: str, by: str, *, as_json: bool) -> None:
    if as_json:
        print_schema_json({"case_id": case_id, "by": by, "done": what})
        return
    typer.echo(say(current().settings.lang, what, case_id=case_id, by=by))
