"""JSON files that people hand in."""

import json
from pathlib import Path
from typing import Any

from vigia_detect.errors import FieldProblem, InvalidContextError
from vigia_detect.phrase import Phrase


class _WrongError(Exception):
    """What is wrong with the file, without its content."""


def read_object(path: Path, what: Phrase) -> dict[str, Any]:
    """Return the JSON object in a file.

    Args:
        path: the file.
        what: how the error calls it.

    Raises:
        InvalidContextError: what is wrong with it, without its content.
    """
    try:
        return _read(path)
    except _WrongError as error:
        raise InvalidContextError((FieldProblem(what, Phrase.of(error)),)) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except OSError as error:
        raise _WrongError(Phrase("cannot be read ({why})", why=Phrase.why(error))) from None
    except UnicodeDecodeError:
        raise _WrongError("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _WrongError(
            Phrase(
                "is not JSON at line {line}, column {column}",
                line=error.lineno,
                column=error.colno,
            )
        ) from None
    except RecursionError:
        raise _WrongError("is nested too deep") from None
    except ValueError:  # Python refuses to read an integer of thousands of digits
        raise _WrongError("has a number with too many digits") from None
    if not isinstance(document, dict):
        raise _WrongError("is not a JSON object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would silently keep the last of two values; one of them may be the alarming one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        # only this error needs it; a list of cases does not wait for the rules
        from vigia_detect.clinical.inputs.suggest import shown  # noqa: PLC0415

        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _WrongError(Phrase("names {name} twice", name=shown(twice)))
    return found


def _no_constant(name: str) -> Any:
    raise _WrongError(Phrase("has {name}, which is not a number", name=name))
