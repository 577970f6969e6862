from contextlib import suppress
from typing import Any

import orjson
import rfc8785

_EXACT = 2**53
"""Integers below it are the same number in every reader."""


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of a JSON value: RFC 8785.

    orjson writes the same bytes as rfc8785 for what entries usually hold, in a fiftieth of the
    time; where the two could differ, rfc8785 writes them. They differ in the order of names that
    are not ASCII and in numbers that are whole, very large or very small.

    Raises:
        rfc8785.CanonicalizationError: it has no canonical form.
    """
    with suppress(TypeError, RecursionError):  # such as half a letter: rfc8785 says what it is
        if _same_bytes(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return rfc8785.dumps(value)


def _same_bytes(value: Any) -> bool:
    """Tell whether both libraries write a value alike."""
    kind = type(value)
    if kind is dict:
        return all(name.isascii() and _same_bytes(one) for name, one in value.items())
    if kind is list:
        return all(map(_same_bytes, value))
    if kind is int:
        return -_EXACT < value < _EXACT
    if kind is float:
        return 1.0 < value < _EXACT and not value.is_integer()
    return value is None or kind in {str, bool}
