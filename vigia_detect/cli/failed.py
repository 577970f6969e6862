import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import actor, ask_also, caller, current
from vigia_detect.cli.failed_texts import age, say
from vigia_detect.cli.show import print_schema_json
from vigia_detect.domain.access import Action
from vigia_detect.stages.dead_letters import DeadLetter, DeadLetterReport, Retry


def show_list(*, limit: int, as_json: bool) -> None:
    """Print what was given up and not asked for again."""
    vigia = current()
    letters, lang = vigia.dead_letters.list(limit=limit), vigia.settings.lang
    if as_json:
        print_schema_json(letters)
        return
    if not letters:
        typer.echo(say(lang, "none"))
        return
    table = Table(box=None)
    table.add_column(say(lang, "run"), no_wrap=True)
    for heading in ("task", "severity", "code", "age", "case"):
        table.add_column(say(lang, heading))
    for one in letters:
        about = one.case_id or one.alert_id or ""
        table.add_row(*(one.run_id, one.task, one.severity, one.code, age(lang, one.age_s), about))
    Console().print(table)


def show(run_id: str, *, as_json: bool) -> None:
    """Print one with its history."""
    vigia = current()
    may_read = vigia.door.decide(caller(), Action.CASE_READ).allowed
    if may_read:  # the reasons are a patient's words: opening them is recorded as any reading
        ask_also(Action.CASE_READ)
    report = vigia.dead_letters.show(run_id, actor=actor(), may_read=may_read)
    if as_json:
        print_schema_json(report)
        return
    _print(report, vigia.settings.lang)


def retry(run_id: str, *, by: str, reason: str) -> None:
    """Ask for one again."""
    vigia = current()
    letter = vigia.dead_letters.retry(run_id, by=by, reason=reason)
    key = "retried_case" if letter.alert_id is None else "retried_alert"
    words = {"case_id": letter.case_id, "task": letter.task, "alert_id": letter.alert_id}
    typer.echo(say(vigia.settings.lang, key, **words))


def _print(report: DeadLetterReport, lang: str) -> None:
    out, letter = Console(highlight=False), report.letter
    for heading, value in _facts(letter, lang):
        out.print(f"{say(lang, heading)}: {value}", markup=False)
    out.print(f"{say(lang, 'happened')}:")
    for one in report.happened:
        attempt = say(lang, "attempt", attempt=one.attempt)
        words = [one.at[:19], one.event, attempt, one.code or "", say(lang, "by", by=one.actor)]
        out.print("  " + "  ".join(word for word in words if word), markup=False)
    if report.retries:
        out.print(f"{say(lang, 'retries')}:")
    for asked in report.retries:
        out.print(f"  {asked.at[:19]}  {asked.by}: {_reason(asked, lang)}", markup=False)
    out.print(say(lang, "next", run_id=letter.run_id), markup=False)


def _reason(asked: Retry, lang: str) -> str:
    return say(lang, "kept_shut") if asked.reason is None else asked.reason


def _facts(letter: DeadLetter, lang: str) -> list[tuple[str, str]]:
    facts = [
        ("task", letter.task),
        ("case", letter.case_id or ""),
        ("alert", letter.alert_id or ""),
        ("severity", letter.severity.value),
        ("code", letter.code),
        ("attempts", str(letter.attempts)),
        ("failed_at", letter.failed_at[:19]),
        ("age", age(lang, letter.age_s)),
    ]
    return [(heading, value) for heading, value in facts if value]
