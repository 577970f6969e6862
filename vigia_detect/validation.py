"""Puts what pydantic found wrong into a phrase, so that it can be told in Spanish as well."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import PydanticKnownError

from vigia_detect.phrase import Phrase

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def said(problem: "ErrorDetails") -> Phrase:
    """Return pydantic's own English, with the template that it was made of where that is known."""
    values = problem.get("ctx", {})
    try:
        template = PydanticKnownError(cast("Any", problem["type"]), values or None).message_template
        made = Phrase(template, **_told(values))
    except KeyError:  # of another kind, or with a value that pydantic does not tell
        return Phrase(problem["msg"])
    return made if made == problem["msg"] else Phrase(problem["msg"])


def _told(values: Mapping[str, Any]) -> dict[str, object]:
    told = {name: _value(name, value) for name, value in values.items()}
    if lengths := [values[name] for name in ("min_length", "max_length") if name in values]:
        told["expected_plural"] = "" if lengths == [1] else "s"
    if isinstance(expected := values.get("expected"), str) and " or " in expected:
        some, _, last = expected.rpartition(" or ")
        told["expected"] = Phrase("{some} or {last}", some=some, last=last)
    return told


def _value(name: str, value: object) -> object:
    if name == "error" and isinstance(value, str | ValueError):
        return Phrase.of(value)
    whole = isinstance(value, float) and value.is_integer()
    return f"{value:.0f}" if whole else value  # as pydantic writes it
