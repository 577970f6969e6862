"""`vigia assess`: the rules applied to a case in a file; no image, broker or database."""

import json
import sys
from pathlib import Path
from typing import Any

from vigia_detect.clinical import assess, load_rules, parse_case
from vigia_detect.clinical.inputs.suggest import shown
from vigia_detect.clinical.report import report
from vigia_detect.errors import FieldProblem, InvalidContextError
from vigia_detect.settings import load_settings


def show(path: Path, *, as_json: bool, profile: Path | None, lang: str | None) -> None:
    """Print what the rules find in the case of a file.

    Raises:
        InvalidContextError: the case is wrong; one problem per field, never the patient's text.
        ConfigurationError: the profile does not fit.
    """
    document = _read(path)
    if lang is not None:
        document["lang"] = lang
    case = parse_case(document)
    found = assess(case, load_rules(profile or load_settings().profile))
    if as_json:
        answer = found.model_dump(mode="json", by_alias=True)
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(report(found, case.lang))


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
    except ValueError:  # the only other one: more digits than Python turns into a number
        raise _invalid("has a number with too many digits") from None
    if not isinstance(document, dict):
        raise _invalid("is not a JSON object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would silently keep the last of two values; one of them may be the alarming one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _invalid(f"names {shown(twice)} twice")
    return found


def _no_constant(name: str) -> Any:
    raise _invalid(f"has {name}, which is not a number")


def _invalid(problem: str) -> InvalidContextError:
    return InvalidContextError((FieldProblem("case file", problem),))
