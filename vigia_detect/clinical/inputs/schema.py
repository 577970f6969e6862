"""What fields there are, and what each may hold, read from the models themselves."""

import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from vigia_detect.clinical.inputs.patient import PatientContext

YES_NO = ("true", "false")


def _members(annotation: Any) -> Iterator[Any]:
    """Yield the parts of an annotation, without wrappers and ``None``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _members(part)
    elif annotation is not type(None):
        yield annotation


def unwrap(annotation: Any) -> tuple[Any, bool]:
    """Return the type behind an optional annotation, and whether it is a list of it."""
    inner = next(_members(annotation))
    if get_origin(inner) is tuple:
        return next(_members(get_args(inner)[0])), True
    return inner, False


def codes_of(kind: Any) -> tuple[str, ...]:
    """Return the codes that a field may have; ``true, false`` for a yes/no."""
    if kind is bool:
        return YES_NO
    return tuple(get_args(kind)) if get_origin(kind) is Literal else ()


def _walk(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, field in model.model_fields.items():
        kind, many = unwrap(field.annotation)
        path = f"{prefix}{name}"
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield path, ()
            yield from _walk(kind, f"{path}[]." if many else f"{path}.")
        else:
            yield path, codes_of(kind)


@cache
def known_paths() -> dict[str, tuple[str, ...]]:
    """Return every path below ``patient_context`` with its codes, ``[]`` for list members."""
    return dict(_walk(PatientContext, ""))
