"""Reads JSON that a stranger wrote: one object, each key once, nothing that JSON does not have."""

import json
import math
from typing import Never

from vigia_detect.domain.case import Json, JsonObject
from vigia_detect.errors import ModelInvalidError

NO_OBJECT = "What it wrote is no whole JSON object."


def strict_object(text: str) -> JsonObject:
    """Return the object that the whole text is.

    Raises:
        ModelInvalidError: it is none, a key comes twice, a number is NaN or endless, or a text
            cannot be stored. The error quotes nothing: a model may repeat what it was told.
    """
    try:
        found = json.loads(
            text, object_pairs_hook=_each_once, parse_constant=_refuse, parse_float=_finite
        )
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair cannot be
    except (ValueError, RecursionError):
        raise ModelInvalidError(NO_OBJECT) from None
    if not isinstance(found, dict) or r"\u0000" in text:  # PostgreSQL keeps no NUL
        raise ModelInvalidError(NO_OBJECT)
    return found


def _each_once(pairs: list[tuple[str, Json]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse(_: str) -> Never:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number
