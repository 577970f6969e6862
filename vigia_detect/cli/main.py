"""The `vigia` command. Each command imports what it needs when it runs, so that all start fast."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from vigia_detect.bootstrap import needs, open_to_all
from vigia_detect.cli import (
    alert_commands,
    audit_commands,
    bundle_commands,
    case_commands,
    drill_commands,
    erase_command,
    escalation_commands,
    failed_commands,
    glass_commands,
    hold_commands,
    key_commands,
    llm_commands,
    model_commands,
    person_commands,
    protocol_commands,
    reasons,
    retention_commands,
    review_commands,
    session_commands,
    token_commands,
)
from vigia_detect.cli.error_texts import phrase_text
from vigia_detect.cli.exit_codes import ExitCode, exit_code
from vigia_detect.cli.texts import TEXTS, say
from vigia_detect.domain.access import Action
from vigia_detect.errors import (
    InvalidContextError,
    InvalidPolicyError,
    InvalidProtocolError,
    VigiaError,
)
from vigia_detect.security.masking import mask, masked_traceback
from vigia_detect.settings import Settings, load_settings

Lang = Literal["es", "en"]
LogLevel = Literal["debug", "info", "warning", "error"]
Image = Annotated[Path, typer.Argument(help="JPEG, PNG or WebP picture of the wound.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="A case id.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")]

app = typer.Typer(
    name="vigia",
    help="Vigia: pressure-injury cases, from the picture to the person who acts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(alert_commands.app, name="alert")
app.add_typer(audit_commands.app, name="audit")
app.add_typer(case_commands.app, name="case")
app.add_typer(bundle_commands.app, name="bundle")
app.add_typer(escalation_commands.app, name="escalation")
app.add_typer(failed_commands.app, name="failed")
app.add_typer(drill_commands.app, name="drill")
app.add_typer(model_commands.app, name="model")
app.add_typer(review_commands.app, name="review")
app.add_typer(key_commands.app, name="keys")
app.add_typer(hold_commands.app, name="hold")
app.add_typer(retention_commands.app, name="retention")
app.command(name="erase")(erase_command.erase)
app.add_typer(person_commands.app, name="person")
app.add_typer(token_commands.app, name="token")
app.add_typer(glass_commands.app, name="glass")
app.add_typer(protocol_commands.app, name="protocols")
app.add_typer(llm_commands.app, name="llm")


@app.command()
@open_to_all(reasons.FILES)
def assess(
    case: Annotated[Path, typer.Argument(help="JSON file with a case (case format).")],
    as_json: Json = False,
    profile: Annotated[
        Path | None, typer.Option(help="YAML file with the hospital's own cut-offs and times.")
    ] = None,
    lang: Annotated[Lang | None, typer.Option(help="Language of notes and result.")] = None,
) -> None:
    """Apply the rules to a case: class, risk, urgency, actions, and why. Nothing is stored."""
    from vigia_detect.cli.assess import show

    show(case, as_json=as_json, profile=profile, lang=lang)


@app.command()
@open_to_all(reasons.FILES)
def vision(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Pictures, or folders of pictures.")
    ],
    masks: Annotated[
        Path | None, typer.Option(help="Write a mask a picture here: PNG, white is wound.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Look at pictures: usable, wound, tissue, size, possible classes. Nothing is stored."""
    from vigia_detect.cli.vision import look

    look(paths, masks=masks, as_json=as_json)


@app.command()
@needs(Action.CASE_SUBMIT)
def submit(
    image: Image,
    patient_code: Annotated[str, typer.Option(help="The hospital's pseudonymous code.")],
    context: Annotated[
        Path | None, typer.Option(help="JSON file with the patient context (case format).")
    ] = None,
    lang: Annotated[Lang | None, typer.Option(help="Language of notes and result.")] = None,
    emergency: Annotated[
        bool, typer.Option("--emergency", help="A person says that this is an emergency.")
    ] = False,
    idempotency_key: Annotated[
        str | None, typer.Option(help="Your name for this submission; the same key, one case.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the result.")] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at most.")] = 300,
    as_json: Json = False,
) -> None:
    """Submit a case. Once it is accepted, it cannot be lost."""
    from vigia_detect.cli import cases

    cases.submit(
        image,
        patient_code,
        context=context,
        lang=lang,
        emergency=emergency,
        idempotency_key=idempotency_key,
        timeout_s=timeout if wait else None,
        as_json=as_json,
    )


@app.command(name="cases")
@needs(Action.CASE_LIST)
def list_cases(
    limit: Limit = 20,
    state: Annotated[str | None, typer.Option(help="Only cases in this state.")] = None,
    as_json: Json = False,
) -> None:
    """List cases, newest first, without patient data."""
    from vigia_detect.cli import cases

    cases.show_list(limit=limit, state=state, as_json=as_json)


@app.command()
@needs(Action.CASE_READ)
def wait(
    case_id: CaseArgument,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at most.")] = 300,
    as_json: Json = False,
) -> None:
    """Wait until a case has ended, then show it."""
    from vigia_detect.cli import cases

    cases.wait(case_id, timeout_s=timeout, as_json=as_json)


@app.command()
@open_to_all(reasons.PROCESS)
def worker(
    name: Annotated[str, typer.Option(help="The worker's name in logs and monitors.")] = "worker",
    queues: Annotated[
        str | None,
        typer.Option(help="Queues to serve, comma-separated; all but `narrative` when not given."),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="Processes; CELERY_WORKER_CONCURRENCY else.")
    ] = None,
    log_level: Annotated[
        LogLevel | None, typer.Option(case_sensitive=False, help="Least level that is logged.")
    ] = None,
) -> None:
    """Run one Celery worker in the foreground."""
    from vigia_detect.cli.worker import run_worker

    run_worker(name, queues=queues, concurrency=concurrency, log_level=log_level)


@app.command()
@open_to_all(reasons.PROCESS)
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; VIGIA_WEB_HOST else.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on; VIGIA_WEB_PORT else.")
    ] = None,
) -> None:
    """Serve answer pages, Slack's buttons and health over HTTP until stopped."""
    from vigia_detect.cli.serve import run_serve

    run_serve(host, port)


@app.command()
@open_to_all(reasons.PROCESS)
def up() -> None:
    """Run the whole system on this machine until stopped."""
    from vigia_detect.cli.up import run_up

    run_up()


@app.command()
@open_to_all(reasons.THROW_AWAY)
def demo(
    findings: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Keeps the pictures with their findings.")
    ] = Path("demo-findings"),
) -> None:
    """Run six test cases in a throw-away home; only the pictures of the findings stay."""
    from vigia_detect.cli.demo import run_demo

    run_demo(findings)


@app.command()
@open_to_all(reasons.FILES)
def sticker(
    out: Annotated[Path, typer.Option(help="File to write; its ending is .pdf or .png.")],
    lang: Annotated[Lang | None, typer.Option(help="Language of the words on it.")] = None,
) -> None:
    """Write the sheet of stickers that gives photographs a scale. Print it at 100 percent."""
    from vigia_detect.cli.sticker import write

    write(out, lang=lang)


@app.command()
@open_to_all(reasons.DOCTOR)
def doctor(as_json: Json = False) -> None:
    """Check every part that Vigia stands on, and say what to do."""
    from vigia_detect.cli.doctor import run_doctor

    run_doctor(as_json=as_json)


@db.command()
@open_to_all(reasons.TABLES)
def upgrade() -> None:
    """Bring the database's tables up to this version."""
    from vigia_detect.bootstrap import current

    vigia = current()
    typer.echo(say(vigia.settings.lang, "upgraded", revision=vigia.store.upgrade()))


session_commands.add_to(app)


def main() -> None:
    """Run the command; every error is one clear sentence and its own exit code."""
    from vigia_detect.log import configure_logging

    configure_logging("error")  # people read what the commands say; `worker` sets its own
    try:
        app()
    except VigiaError as error:
        _explain(error)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # a bug of ours: its text could carry patient data, its kind cannot
        if _settings().log_level == "debug":
            typer.echo(masked_traceback(error), err=True)
        typer.echo(say(_settings().lang, "unexpected", kind=type(error).__name__), err=True)
        sys.exit(ExitCode.UNEXPECTED)


def _explain(error: VigiaError) -> None:
    lang = _settings().lang
    kinds = [kind.__name__ for kind in type(error).__mro__]
    headline = next((say(lang, kind) for kind in kinds if kind in TEXTS[lang]), "")
    if isinstance(error, InvalidContextError | InvalidPolicyError | InvalidProtocolError):
        phrases = [problem.phrase for problem in error.problems]
    else:
        phrases = [error.phrase]
    for phrase in phrases:
        detail = phrase_text(phrase, lang)
        said_twice = detail.startswith(headline)  # or there is none
        typer.echo(mask(detail if said_twice else f"{headline}: {detail}"), err=True)


def _settings() -> Settings:
    """Return the settings, or their defaults when the environment's are what is wrong."""
    try:
        return load_settings()
    except VigiaError:
        return Settings.model_construct()


if __name__ == "__main__":
    main()
