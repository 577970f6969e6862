"""The course of PUSH (facts.md C.9): up twice in a row, or no fall in 14 days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.clinical.wound_scales import push_trend
from vigia_detect.domain.trend import Trend

History = list[tuple[int, int]]


@pytest.mark.parametrize(
    ("history", "today", "expected"),
    [
        ([], None, Trend(None, None, None)),
        ([], 9, Trend(None, None, None)),
        ([(7, 9)], 10, Trend(rising=None, falling=False, stalled=None)),
        ([(7, 9)], 8, Trend(rising=False, falling=True, stalled=None)),
        ([(14, 8), (7, 9)], 10, Trend(rising=True, falling=False, stalled=True)),
        ([(14, 8), (7, 10)], 9, Trend(rising=False, falling=True, stalled=True)),
        ([(14, 9), (7, 9)], 9, Trend(rising=False, falling=False, stalled=True)),
        ([(13, 9), (7, 9)], 9, Trend(rising=False, falling=False, stalled=None)),
        ([(14, 12), (7, 11)], 10, Trend(rising=False, falling=True, stalled=False)),
        ([(14, 8), (7, 9)], (9, 10), Trend(rising=True, falling=False, stalled=True)),
        ([(14, 2), (7, 0)], 0, Trend(rising=False, falling=False, stalled=False)),
        ([(21, 8), (14, 9), (7, 10)], None, Trend(rising=True, falling=False, stalled=True)),
        ([(7, 9), (7, 8)], 9, Trend(rising=False, falling=False, stalled=None)),
    ],
)
def test_trend(history: History, today: int | tuple[int, int] | None, expected: Trend) -> None:
    assert push_trend(history, today) == expected


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 17))).flatmap(
        lambda history: st.tuples(st.just(history), st.permutations(history))
    )
)
def test_the_order_of_the_history_changes_nothing(case: tuple[History, History]) -> None:
    history, shuffled = case
    assert push_trend(history) == push_trend(shuffled)


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 17))),
    st.integers(0, 16),
)
def test_a_worse_score_today_never_looks_better(history: History, today: int) -> None:
    before, after = push_trend(history, today), push_trend(history, today + 1)
    assert not (before.rising and not after.rising)
    assert not (after.falling and not before.falling)
    assert not (before.stalled and not after.stalled)
