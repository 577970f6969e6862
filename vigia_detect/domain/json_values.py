"""Reads JSON whose shape is known, without trusting it."""

from vigia_detect.domain.case import Json, JsonObject


def number(value: Json) -> float:
    """Return a number. Raises TypeError when it is none; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a number was expected")
    return float(value)


def numbers(value: JsonObject) -> dict[str, float]:
    """Return an object's numbers by name. Raises TypeError when one is none."""
    return {name: number(one) for name, one in value.items()}


def object_or_empty(value: Json) -> JsonObject:
    """Return an object, empty when it is something else."""
    return value if isinstance(value, dict) else {}


def list_or_empty(value: Json) -> list[Json]:
    """Return a list, empty when it is something else."""
    return value if isinstance(value, list) else []


def objects(value: Json) -> list[JsonObject]:
    """Return the objects in a list, none when it is something else."""
    return [one for one in list_or_empty(value) if isinstance(one, dict)]
