from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.alert_times import Times, times


def test_nothing_ended_has_no_percentiles() -> None:
    assert times([None, None]) == Times(0, None, None, None, 2)


def test_percentiles_are_times_that_really_occurred() -> None:
    found = times([*map(float, range(1, 101)), None])
    assert found == Times(100, 50.0, 95.0, 100.0, 1)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_are_in_order(seconds: list[float]) -> None:
    found = times(seconds)
    assert found.p50 is not None
    assert found.p95 is not None
    assert found.p50 <= found.p95 <= max(seconds) == found.worst
    assert found.p50 in seconds
