from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.on_call import DAYS, Directory, Override, Role, Shift

NIGHT = Shift("night", DAYS, time(20), time(8))
DAY = Shift("day", DAYS, time(8), time(20))
FRIDAY = Shift("friday", ("fri",), time(20), time(8))


def directory(role: Role, zone: str = "America/Santiago") -> Directory:
    return Directory(zone, {}, {"doctor": role, "admin": Role(("admin",))})


def unix(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def told(role: Role, utc: str) -> tuple[str, ...]:
    return directory(role).on_duty("doctor", unix(utc), fallback="admin")


def test_shifts_follow_the_hospitals_clock_in_winter_and_summer() -> None:
    role = Role(shifts=(DAY, NIGHT))
    assert told(role, "2026-07-01T11:59") == ("night",)  # 07:59, UTC-4
    assert told(role, "2026-07-01T12:00") == ("day",)
    assert told(role, "2026-01-01T10:59") == ("night",)  # 07:59, UTC-3
    assert told(role, "2026-01-01T11:00") == ("day",)


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    role = Role(shifts=(FRIDAY,))
    assert told(role, "2026-07-04T06:00") == ("friday",)  # Saturday 02:00
    assert told(role, "2026-07-04T12:00") == ("admin",)  # Saturday 08:00: a gap
    assert told(role, "2026-07-03T06:00") == ("admin",)  # Friday 02:00: Thursday's night


def test_an_override_takes_the_place_of_the_shifts_but_not_of_the_members() -> None:
    start, end = datetime(2026, 7, 1, 9), datetime(2026, 7, 1, 10)  # noqa: DTZ001 - local
    role = Role(("team",), (DAY,), (Override("stand-in", start, end),))
    assert told(role, "2026-07-01T12:59") == ("team", "day")
    assert told(role, "2026-07-01T13:00") == ("team", "stand-in")
    assert told(role, "2026-07-01T14:00") == ("team", "day")


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - made UTC below
    st.sampled_from(["America/Santiago", "Pacific/Easter", "Europe/Madrid", "UTC"]),
)
def test_somebody_is_always_told(moment: datetime, zone: str) -> None:
    at = moment.replace(tzinfo=UTC).timestamp()
    assert directory(Role(shifts=(DAY, NIGHT)), zone).on_duty("doctor", at, fallback="admin")
    assert directory(Role(), zone).on_duty("doctor", at, fallback="admin") == ("admin",)


def test_two_halves_of_a_day_cover_the_nights_when_the_clocks_change() -> None:
    role = Role(shifts=(DAY, NIGHT))
    for day in ("2026-04-05", "2026-09-06"):  # Chile's clocks change at midnight
        first = datetime.fromisoformat(day).replace(tzinfo=UTC)
        for minute in range(0, 24 * 60, 15):
            at = (first + timedelta(minutes=minute)).timestamp()
            assert len(directory(role).on_duty("doctor", at, fallback="admin")) == 1
