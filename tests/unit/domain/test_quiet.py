"""When quiet hours end, on any clock, also in the nights when clocks change."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.on_call import Directory
from vigia_detect.domain.quiet import QuietHours, quiet_until

ZONES = ("America/Santiago", "Europe/Madrid", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe")
NIGHT = QuietHours(time(22), time(7))
NOON = QuietHours(time(12, 30), time(14))


def hospital(zone: str) -> Directory:
    return Directory(zone, {}, {})


def seconds(zone: str, *when: int, fold: int = 0) -> float:
    return datetime(*when, fold=fold, tzinfo=ZoneInfo(zone)).timestamp()  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("quiet", "clock", "end"),
    [
        (NIGHT, (2026, 6, 1, 21, 59), None),
        (NIGHT, (2026, 6, 1, 22, 0), (2026, 6, 2, 7, 0)),
        (NIGHT, (2026, 6, 2, 6, 59), (2026, 6, 2, 7, 0)),
        (NIGHT, (2026, 6, 2, 7, 0), None),
        (NOON, (2026, 6, 2, 12, 29), None),
        (NOON, (2026, 6, 2, 12, 30), (2026, 6, 2, 14, 0)),
        (NOON, (2026, 6, 2, 14, 0), None),
    ],
)
def test_it_ends_when_the_hospitals_clock_says_so(
    quiet: QuietHours, clock: tuple[int, ...], end: tuple[int, ...] | None
) -> None:
    zone = "America/Santiago"
    now = seconds(zone, *clock)
    assert quiet_until(quiet, hospital(zone), now) == (seconds(zone, *end) if end else now)


def test_a_policy_without_quiet_hours_never_waits() -> None:
    assert quiet_until(None, hospital("UTC"), 0.0) is None


def test_an_end_that_the_clock_shows_twice_is_the_later_one_when_it_is_late() -> None:
    zone = "Europe/Madrid"  # 2026-10-25: 03:00 becomes 02:00
    quiet = QuietHours(time(22), time(2, 30))
    again = seconds(zone, 2026, 10, 25, 2, 10, fold=1)
    assert quiet_until(quiet, hospital(zone), again) == seconds(zone, 2026, 10, 25, 2, 30, fold=1)


minutes = st.integers(0, 1439).map(lambda m: time(m // 60, m % 60))


@given(st.sampled_from(ZONES), minutes, minutes, st.floats(1.7e9, 1.9e9))
def test_it_waits_less_than_two_days_and_never_into_the_past(
    zone: str, start: time, end: time, now: float
) -> None:
    until = quiet_until(QuietHours(start, end), hospital(zone), now)
    assert until is not None
    assert now <= until < now + 26 * 3600
    clock = hospital(zone).local(now).time()
    inside = start <= clock < end if start <= end else clock >= start or clock < end
    if not inside:
        assert until == now


@given(st.sampled_from(ZONES), st.floats(1.7e9, 1.9e9))
def test_when_it_is_over_nothing_waits(zone: str, now: float) -> None:
    until = quiet_until(NIGHT, hospital(zone), now)
    assert until is not None
    assert quiet_until(NIGHT, hospital(zone), until) == until
