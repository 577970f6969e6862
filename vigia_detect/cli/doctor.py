"""Checks every part that Vigia stands on, and says what to do about each."""

import contextlib
import dataclasses
import http.client
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import orjson
import typer

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.error_texts import phrase_text
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.cli.texts import say
from vigia_detect.errors import (
    CheckpointConflictError,
    ConfigurationError,
    UnavailableError,
    VigiaError,
)
from vigia_detect.phrase import Phrase
from vigia_detect.settings import Settings, load_settings

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - to be told from an address that one can ask
WEB_TIMEOUT_S = 3.0
LLM_TIMEOUT_S = 3.0
SIGNS = {"ok": "✓", "warning": "!", "critical": "✗"}


@dataclass(frozen=True, slots=True)
class Check:
    """One checked part.

    Attributes:
        status: ok, warning or critical.
        detail: what was found, or what is wrong and what to do.
    """

    name: str
    status: str
    detail: str


def run_doctor(*, as_json: bool) -> None:
    """Print every check; exit with 8 when one is critical."""
    settings = load_settings()
    checks = examine(Vigia(settings))
    critical = any(check.status == "critical" for check in checks)
    if as_json:
        document = {
            "overall_status": "critical" if critical else "healthy",
            "checks": [dataclasses.asdict(check) for check in checks],
        }
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(checks, settings.lang, critical=critical)
    if critical:
        sys.exit(ExitCode.UNHEALTHY)


def examine(vigia: Vigia) -> list[Check]:
    """Check each part; one that fails does not stop the others."""
    return [
        _check("home", lambda: _home(vigia.settings)),
        _check("room", lambda: _room(vigia)),
        _check("key", lambda: _key(vigia)),
        _check("audit", lambda: _audit(vigia)),
        _check("retention", lambda: _retention(vigia)),
        _check("rules", lambda: f"{vigia.rules.id} {vigia.rules.version}"),
        _escalation(vigia),
        _check("channels", lambda: _channels(vigia)),
        _check("permissions", lambda: _permissions(vigia)),
        _check("database", lambda: vigia.store.check()),  # noqa: PLW0108 - may fail
        _check("broker", lambda: _broker(vigia)),
        _workers(vigia),
        _language_model(vigia),
        *([_web(vigia.settings)] if vigia.settings.serves_web else []),
    ]


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", look())
    except VigiaError as error:
        return Check(name, "critical", error.phrase)
    except Exception as error:  # noqa: BLE001 - one that fails does not stop the others
        return Check(name, "critical", type(error).__name__)


def _home(settings: Settings) -> str:
    folder = settings.root
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            "{folder}: {why}; set VIGIA_HOME.", folder=folder, why=Phrase.why(error)
        ) from error
    if not os.access(folder, os.W_OK):
        raise ConfigurationError(
            "{folder} cannot be written: set VIGIA_HOME or its permissions.", folder=folder
        )
    return str(folder)


def _room(vigia: Vigia) -> str:
    vigia.blobs.check_room()
    return str(vigia.settings.image_folder)


def _key(vigia: Vigia) -> str:
    vigia.cipher.pseudonym("doctor")
    source = vigia.settings.key_source
    where = vigia.settings.master_key_file if source == "file" else source
    return f"{where} ({', '.join(map(str, vigia.key_keeper.versions()))})"


def _audit(vigia: Vigia) -> str:
    signer, stamping = vigia.signer, vigia.stamping
    if vigia.trail_alarm.stands():
        raise CheckpointConflictError(say(vigia.settings.lang, "audit_conflict"))
    if stamping is not None:
        stamping.source()  # reads the authority's certificates
    return signer.name


def _retention(vigia: Vigia) -> str:
    days = vigia.periods.in_force().items()
    return ", ".join(f"{kind} {count} d" for kind, count in sorted(days))


def _permissions(vigia: Vigia) -> str:
    own = vigia.settings.own_permissions
    _ = vigia.door  # reads and checks the policies
    return f"VIGIA_AUTH={vigia.settings.auth}" + (f", {own.name}" if own else "")


def _escalation(vigia: Vigia) -> Check:
    found = _check("escalation", lambda: vigia.escalation_book.version)
    if found.status == "ok" and not vigia.escalation_book.directory.reaches_outside():
        return Check("escalation", "warning", say(vigia.settings.lang, "only_inbox"))
    return found


def _channels(vigia: Vigia) -> str:
    missing = vigia.channels_missing()
    if missing:
        raise ConfigurationError(Phrase.joined("; ", missing))
    return ", ".join(sorted(vigia.escalation_book.directory.channels()))


def _broker(vigia: Vigia) -> str:
    count = sum(vigia.publisher.depths().values())
    return say(vigia.settings.lang, "waiting", count=count)


def _workers(vigia: Vigia) -> Check:
    try:
        names = vigia.publisher.workers()
    except UnavailableError:
        names = ()
    if names:
        return Check("workers", "ok", ", ".join(names))
    return Check("workers", "warning", say(vigia.settings.lang, "no_worker"))


def _language_model(vigia: Vigia) -> Check:
    """Ask its server for its models; no case waits for it, so nothing about it is critical."""
    found = _check("language_model", lambda: _models(vigia))
    return found if found.status == "ok" else dataclasses.replace(found, status="warning")


def _models(vigia: Vigia) -> str:
    if vigia.language_model is None:
        return say(vigia.settings.lang, "no_language_model")
    return ", ".join(vigia.language_model.models(within_s=LLM_TIMEOUT_S)) or "-"


def _web(settings: Settings) -> Check:
    """Ask our own server whether it can take answers."""
    host = "127.0.0.1" if settings.web_host in EVERYWHERE else settings.web_host
    door = f"{settings.web_host}:{settings.web_port}"
    try:
        connection = http.client.HTTPConnection(host, settings.web_port, timeout=WEB_TIMEOUT_S)
        with contextlib.closing(connection):
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == http.client.OK:
                return Check("web", "ok", door)
    except (OSError, http.client.HTTPException):
        pass
    return Check("web", "warning", say(settings.lang, "no_web", door=door))


def _print(checks: list[Check], lang: str, *, critical: bool) -> None:
    for check in checks:
        name = say(lang, f"check_{check.name}")
        typer.echo(f"{SIGNS[check.status]} {name}: {phrase_text(check.detail, lang)}")
    typer.echo(say(lang, "unhealthy" if critical else "healthy"))
