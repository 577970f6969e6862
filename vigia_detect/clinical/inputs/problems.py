"""Says what is wrong with a field: where, what, and what would be right; never the value itself."""

from typing import Any

from pydantic import BaseModel

from vigia_detect.clinical.inputs.schema import codes_of, known_paths, unwrap
from vigia_detect.clinical.inputs.short_form import short_form
from vigia_detect.clinical.inputs.suggest import nearest, shown
from vigia_detect.errors import FieldProblem
from vigia_detect.phrase import Phrase

WRONG_TYPE = {
    "bool_type": "true or false",
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
BOUNDS = {
    "ge": "at least {limit:g}",
    "le": "at most {limit:g}",
    "gt": "more than {limit:g}",
    "lt": "less than {limit:g}",
}
WRONG_VALUE = {
    "missing": "missing",
    "literal_error": "unknown code",
    "string_pattern_mismatch": "wrong form",
    "greater_than_equal": "out of range",
    "less_than_equal": "out of range",
    "string_too_short": "out of range",
    "string_too_long": "out of range",
}


def field_problem(found: dict[str, Any], prefix: str, model: type[BaseModel]) -> FieldProblem:
    """Return pydantic's finding in our words."""
    place = tuple(part for part in found["loc"] if part != "[key]")
    path = prefix + _path(place)
    kind = found["type"]
    if kind == "extra_forbidden":
        return FieldProblem(path, "unknown field", _near(place, model))
    if kind == "value_error":
        return FieldProblem(path, Phrase.of(found["ctx"]["error"]))
    allowed = _allowed(place, model, of_key="[key]" in found["loc"])
    problem = Phrase(WRONG_VALUE.get(kind, "wrong type"))
    return FieldProblem(path, problem, allowed or Phrase(WRONG_TYPE.get(kind, "")))


def _path(place: tuple[Any, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in place)
    return text.removeprefix(".")


def _field(place: tuple[Any, ...], model: type[BaseModel]) -> Any:
    """Return the model field at a place, None when the place leads outside the models."""
    field = None
    current: Any = model
    for part in place:
        if isinstance(part, int):
            continue
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            return field
        field = current.model_fields.get(part)
        current = unwrap(field.annotation)[0] if field else None
    return field


def _allowed(place: tuple[Any, ...], model: type[BaseModel], *, of_key: bool) -> Phrase:
    field = _field(place, model)
    if field is None:
        return Phrase("")
    kind, _ = unwrap(field.annotation)
    if of_key:
        return Phrase.quoted(", ".join(codes_of(kind.__args__[0])))
    if field.description:
        return Phrase.of(field.description)
    codes = ", ".join(codes_of(kind))
    return Phrase.quoted(codes) if codes else _range(field.annotation, field.metadata)


def _range(annotation: Any, metadata: list[Any]) -> Phrase:
    limits = {
        name: getattr(item, name)
        for item in [*metadata, *_constraints(annotation)]
        for name in BOUNDS
        if getattr(item, name, None) is not None
    }
    if {"ge", "le"} <= limits.keys():
        return Phrase("{low:g} to {high:g}", low=limits["ge"], high=limits["le"])
    return Phrase.joined(", ", [Phrase(BOUNDS[name], limit=limits[name]) for name in limits])


def _constraints(annotation: Any) -> list[Any]:
    """Return the constraints written inside an annotation, however deep."""
    found: list[Any] = []
    for item in getattr(annotation, "__metadata__", ()):
        found += [item, *getattr(item, "metadata", ())]
    for part in getattr(annotation, "__args__", ()):
        found += _constraints(part)
    return found


def _near(place: tuple[Any, ...], model: type[BaseModel]) -> Phrase:
    """Return the right place of a known key, or the nearest key where this one stands."""
    *before, last = place
    key = str(last)
    if key in short_form() and before in ([], ["patient_context"]):
        return Phrase("did you mean {name}?", name=short_form()[key])
    elsewhere = [path for path in known_paths() if path.rpartition(".")[2] == key]
    if len(elsewhere) == 1:
        return Phrase("did you mean {name}?", name=elsewhere[0])
    field = _field(tuple(before), model)
    owner = unwrap(field.annotation)[0] if field else model
    return nearest(key, getattr(owner, "model_fields", ()))
