"""Checks a document against the part of JSON Schema that our generated schemas use.

A word of the language that is not known here raises, so a schema cannot pass unread. Keys that
the schema does not name are problems too: what we print, we document.
"""

from collections.abc import Callable, Iterator
from typing import Any

SAID_ELSEWHERE = {"$schema", "$defs", "title", "description"}
HANDLED = {
    "$ref",
    "anyOf",
    "type",
    "enum",
    "properties",
    "required",
    "additionalProperties",
    "propertyNames",
    "items",
    "maxItems",
    "minimum",
    "maximum",
    "maxLength",
}
# llama.cpp keeps to some of these only: what a model wrote is checked for all of them
BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "maxItems": lambda value, bound: len(value) <= bound,
    "maxLength": lambda value, bound: len(value) <= bound,
    "minimum": lambda value, bound: value >= bound,
    "maximum": lambda value, bound: value <= bound,
}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def problems(value: object, schema: dict[str, Any]) -> list[str]:
    """Return what is wrong with `value`, each with its place; nothing when all is right."""
    return list(_look(value, schema, schema.get("$defs", {}), "$"))


def _look(value: Any, schema: dict[str, Any], defs: dict[str, Any], at: str) -> Iterator[str]:
    unknown = set(schema) - SAID_ELSEWHERE - HANDLED
    assert not unknown, f"this checker does not know {unknown}"
    if "$ref" in schema:
        yield from _look(value, defs[schema["$ref"].removeprefix("#/$defs/")], defs, at)
    if "anyOf" in schema:
        tries = [list(_look(value, one, defs, at)) for one in schema["anyOf"]]
        yield from () if [] in tries else (f"{at}: fits no alternative: {tries}",)
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: not one of {schema['enum']}"
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{at}: not {schema['type']}"
        return
    yield from (
        f"{at}: not within {word} {schema[word]}"
        for word, within in BOUNDS.items()
        if word in schema and not within(value, schema[word])
    )
    if isinstance(value, dict):
        yield from _look_into(value, schema, defs, at)
    elif isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from _look(item, schema["items"], defs, f"{at}[{number}]")


def _look_into(
    value: dict[str, Any], schema: dict[str, Any], defs: dict[str, Any], at: str
) -> Iterator[str]:
    named = schema.get("properties", {})
    others = schema.get("additionalProperties")
    yield from (f"{at}: lacks {key}" for key in schema.get("required", ()) if key not in value)
    for key, item in value.items():
        yield from _look(key, schema.get("propertyNames", {}), defs, f"{at} key")
        if key in named:
            yield from _look(item, named[key], defs, f"{at}.{key}")
        elif isinstance(others, dict):
            yield from _look(item, others, defs, f"{at}.{key}")
        elif schema.get("type") == "object" and others is not True:
            yield f"{at}.{key}: not in the schema"


def _is(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])
