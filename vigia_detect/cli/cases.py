"""Commands about cases."""

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from vigia_detect.bootstrap import Vigia, actor, current
from vigia_detect.cli.code_words import in_words
from vigia_detect.cli.json_file import read_object
from vigia_detect.cli.show import print_report, print_schema_json
from vigia_detect.cli.texts import say
from vigia_detect.domain.findings import OVERLAY
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Submission
from vigia_detect.domain.states import CaseState
from vigia_detect.errors import InvalidOptionError
from vigia_detect.files import write_atomically
from vigia_detect.phrase import Phrase
from vigia_detect.stages.image_file import read_image_file
from vigia_detect.stages.report import iso


def submit(
    image: Path,
    patient_code: str,
    *,
    context: Path | None,
    lang: str | None,
    emergency: bool,
    idempotency_key: str | None,
    timeout_s: float | None,
    as_json: bool,
) -> None:
    """Accept a case, and wait for its result when `timeout_s` is given."""
    vigia = current()
    asked: dict[str, object] = {"priority": "emergency" if emergency else "routine"}
    if idempotency_key is not None:
        asked["idempotency_key"] = idempotency_key
    submission = Submission(
        image=read_image_file(image, max_mb=vigia.settings.max_image_mb),
        patient_code=patient_code,
        context=read_context(context) if context else {},
        options=Options.parse(asked, lang=lang or vigia.settings.lang),
        actor=actor(),
    )
    accepted = vigia.intake.accept(submission)
    _say_accepted(vigia, accepted.case_id, created=accepted.created, queued=accepted.queued)
    if timeout_s is not None:
        vigia.desk.wait(accepted.case_id, timeout_s)
    if timeout_s is not None or as_json:
        show(accepted.case_id, as_json=as_json)


def show(case_id: str, *, as_json: bool) -> None:
    """Print the report of a case."""
    vigia = current()
    report = vigia.desk.report(case_id, actor=actor())
    if as_json:
        print_schema_json(report)
    else:
        print_report(report, vigia.settings.lang)


def write_overlay(case_id: str, path: Path) -> None:
    """Write the picture with its findings drawn on it.

    It shows a patient, so only the user who asked can read the file.

    Raises:
        NotFoundError: there is no such case, or no such picture of it.
        InvalidOptionError: the file cannot be written.
    """
    vigia = current()
    picture = vigia.desk.attachment(case_id, OVERLAY, actor=actor())
    try:
        write_atomically(path, picture)
    except OSError as error:
        raise InvalidOptionError(
            "--overlay: {path} cannot be written ({why})", path=path, why=Phrase.why(error)
        ) from error
    typer.echo(say(vigia.settings.lang, "overlay_written", path=path), err=True)


def wait(case_id: str, *, timeout_s: float, as_json: bool) -> None:
    """Wait for the end of a case, then print its report."""
    current().desk.wait(case_id, timeout_s)
    show(case_id, as_json=as_json)


def show_list(*, limit: int, state: str | None, as_json: bool) -> None:
    """Print the newest cases."""
    vigia = current()
    cases = vigia.desk.cases(limit=limit, state=_state(state))
    if as_json:
        print_schema_json(list(cases))
        return
    if not cases:
        typer.echo(say(vigia.settings.lang, "no_cases"))
        return
    lang = vigia.settings.lang
    table = Table(box=None)
    table.add_column(say(lang, "case"), no_wrap=True)
    for heading in ("status", "urgency", "accepted_at"):
        table.add_column(say(lang, heading))
    for case in cases:
        accepted = (iso(case.created_at) or "")[:19]
        state = f"{in_words(case.state, lang)} ({case.state})"
        table.add_row(case.id, state, in_words(case.urgency, lang), accepted)
    Console().print(table)


def read_context(path: Path) -> dict[str, object]:
    """Read a patient context from a JSON file.

    Raises:
        InvalidContextError: the file is missing, unreadable, no JSON or no object.
    """
    found = read_object(path, Phrase("context"))
    # a whole case document is accepted too: its context is what counts here
    inner = found.get("patient_context", found)
    return inner if isinstance(inner, dict) else found


def _state(state: str | None) -> CaseState | None:
    if state is None:
        return None
    try:
        return CaseState(state)
    except ValueError:
        known = ", ".join(CaseState)
        raise InvalidOptionError("state: unknown (known: {known})", known=known) from None


def _say_accepted(vigia: Vigia, case_id: str, *, created: bool, queued: bool) -> None:
    lang = vigia.settings.lang
    typer.echo(say(lang, "accepted" if created else "known", case_id=case_id), err=True)
    if not queued:
        typer.echo(say(lang, "not_queued"), err=True)
