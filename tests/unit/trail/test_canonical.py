"""The quick way to canonical bytes writes what the thorough one writes, whatever the value."""

import json
import math

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from vigia_detect.adapters.db.canonical import canonical

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text() | st.sampled_from(["\u2028", "\x7f", "\x00", "\U0001f600", "\ue000", "ñ", '"\\/'])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    max_leaves=20,
)


def thorough(value: object) -> bytes | type[Exception]:
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError as error:
        return type(error)


def quick(value: object) -> bytes | type[Exception]:
    try:
        return canonical(value)
    except rfc8785.CanonicalizationError as error:
        return type(error)


@given(VALUES)
@example({"\U0001f600": 1, "\ue000": 2})
@example({"at": 1_795_345_200.0})
@example({"at": 1_795_345_200.123_456_7})
@example([1e16, 1e21, 1e-7, -0.0, 0.1, 5e-324, 2.0**53 + 2, 1.5])
@example([2**53 - 1, 2**53, -(2**53)])
@example({"b": True, "a": False, "": None})
@example("\ud800")
def test_both_ways_write_the_same_bytes(value: object) -> None:
    assert quick(value) == thorough(value)


@given(st.floats(min_value=1.0, max_value=2.0**53, exclude_min=True))
def test_times_are_written_alike(at: float) -> None:
    assert quick(at) == thorough(at)
    assert math.isclose(json.loads(canonical(at)), at, rel_tol=0)


@pytest.mark.parametrize("depth", [100, 250, 260, 600])
def test_deep_values_are_written_or_refused_alike(depth: int) -> None:
    value: object = 1
    for _ in range(depth):
        value = [value]
    assert quick(value) == thorough(value) == b"[" * depth + b"1" + b"]" * depth
