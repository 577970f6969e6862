from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import typer

from vigia_detect import errors
from vigia_detect.cli.exit_codes import ExitCode, exit_code
from vigia_detect.cli.main import app
from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, codes, table
from vigia_detect.errors import VigiaError

INTERRUPTED = 130

HEAD = """\
What `--json` prints is one document on standard output; sentences for people go to standard error.
`VIGIA_LANG` chooses their language. A number below never means something else."""


def page() -> str:
    """Return `commands.md`."""
    parts = [part for name, command in commands() for part in _command(name, command)]
    return markdown.page(
        "Commands",
        HEAD,
        "## Exit codes",
        table(["Code", "Name", "Errors"], _exit_rows()),
        "The Python façade raises the same errors. `scripts/celery_monitor.py` ends with 8 when "
        "the system is critical, else with 0.",
        *parts,
    )


def commands() -> Iterator[tuple[str, Any]]:
    """Yield each command with its full name, such as `vigia alert ack`."""
    yield from _walk("vigia", typer.main.get_command(app))


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, part in inner.items():
        left_out = word == getattr(command, "default", None)
        yield from _walk(name if left_out else f"{name} {word}", part)


def _command(name: str, command: Any) -> list[str]:
    rows = [_option(part) for part in command.params if part.name != "help"]
    usage = [f"## `{name}`", command.help]
    headings = ["Argument or option", "Value", "Default", "Meaning"]
    return [*usage, table(headings, rows)] if rows else usage


def _option(part: Any) -> list[str]:
    argument = type(part).__name__ == "TyperArgument"
    name = code(part.metavar or part.name.upper()) if argument else codes(part.opts)
    return [name, _value(part), _default(part), part.help or ""]


def _value(part: Any) -> str:
    if getattr(part, "is_flag", False):
        return ""
    kind = part.type_descriptor.annotation
    if get_origin(kind) is Literal:
        return codes(get_args(kind))
    return {"str": "text", "int": "whole number", "float": "number"}.get(kind.__name__, "path")


def _default(part: Any) -> str:
    if part.required:
        return "required"
    if getattr(part, "is_flag", False) or part.default is None:
        return ""
    return code(part.default)


def _exit_rows() -> list[list[object]]:
    named = {number: sorted(_names(number)) for number in ExitCode}
    named[ExitCode.UNHEALTHY] = ["a check of `vigia doctor` is critical"]
    named[ExitCode.DRILL_FAILED] = ["a drill found that nobody was told in time, or answered"]
    named[ExitCode.TAMPERED] = ["the audit trail was changed; `vigia audit verify` says where"]
    named[ExitCode.INCOMPLETE] = ["the audit trail lacks entries that there must be"]
    rows: list[list[object]] = [
        [int(number), number.name.lower(), ", ".join(named[number])] for number in ExitCode
    ]
    return [*rows, [INTERRUPTED, "interrupted", "Ctrl-C"]]


def _names(number: ExitCode) -> Iterator[str]:
    for error in vars(errors).values():
        if not (isinstance(error, type) and issubclass(error, VigiaError)):
            continue
        # the number depends on the class alone, so no instance with arguments is needed
        if exit_code(error.__new__(error)) == number:
            yield code(error.__name__)
