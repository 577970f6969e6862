"""`vigia assess`: the rules applied to a case in a file; no image, broker or database."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from vigia_detect.errors import FieldProblem, InvalidContextError
from vigia_detect.settings import load_settings


def assess(
    case: Annotated[Path, typer.Argument(help="Case file, JSON in the form of the case format.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the output document.")] = False,
    profile: Annotated[
        Path | None, typer.Option(help="The hospital's own profile to lay over the rules.")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="es or en; else that of the case.")] = None,
) -> None:
    """Say what the rules find in a case: class, risk, urgency, actions, and why.

    Raises:
        InvalidContextError: the case is wrong; one problem per field, never the patient's text.
        ConfigurationError: the profile does not fit.
    """
    # The rules are loaded here and not above, so that other commands start fast.
    from vigia_detect.clinical import assess as judge
    from vigia_detect.clinical import load_rules, parse_case

    document = _read(case)
    if lang is not None:
        document["lang"] = lang
    typed = parse_case(document)
    found = judge(typed, load_rules(profile or load_settings().profile))
    if as_json:
        answer = found.model_dump(mode="json", by_alias=True)
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
        return
    from vigia_detect.clinical.report import report

    sys.stdout.write(report(found, typed.lang))


def _read(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; what is wrong with it is told without its content."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except OSError as error:
        raise _invalid(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise _invalid("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _invalid(f"is not JSON at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _invalid("is nested too deep") from None
    if not isinstance(document, dict):
        raise _invalid("is not a JSON object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would silently keep the last of two values; one of them may be the alarming one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _invalid(f"names {_shown(twice)} twice")
    return found


def _no_constant(name: str) -> Any:
    raise _invalid(f"has {name}, which is not a number")


def _shown(key: str) -> str:
    from vigia_detect.clinical.inputs.suggest import shown

    return shown(key)


def _invalid(problem: str) -> InvalidContextError:
    return InvalidContextError((FieldProblem("case file", problem),))
