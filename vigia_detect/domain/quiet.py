"""Quiet hours: when routine notifications wait. Nothing urgent knows of them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import ClassVar

from vigia_detect.domain.on_call import NOTHING_UNKNOWN, Directory


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A part of each day, by the hospital's clock.

    Attributes:
        start: when it begins.
        end: when it ends; before `start`: on the day after.
    """

    __pydantic_config__: ClassVar = NOTHING_UNKNOWN
    start: time
    end: time

    @property
    def length(self) -> timedelta:
        """How long it is, on a day on which the clocks do not change."""
        day = datetime(2000, 1, 1)  # noqa: DTZ001 - any day, no zone
        long = datetime.combine(day, self.end) - datetime.combine(day, self.start)
        return long % timedelta(days=1)

    def until(self, local: datetime) -> datetime | None:
        """Return when the quiet that is on at a local time ends, or None when none is on."""
        clock, overnight = local.time(), self.start > self.end
        after, before = clock >= self.start, clock < self.end
        if not ((after or before) if overnight else (after and before)):
            return None
        day = local.date() + timedelta(days=int(overnight and after))
        return datetime.combine(day, self.end, local.tzinfo)


def quiet_until(quiet: QuietHours | None, directory: Directory, at: float) -> float | None:
    """Return until when a notification waits, in Unix seconds.

    Args:
        quiet: of its policy; None: it never waits.
        directory: knows the hospital's clock.
        at: now, in Unix seconds.

    Returns:
        `at` itself outside of quiet hours, and None when the policy has none.
    """
    if quiet is None:
        return None
    end = quiet.until(directory.local(at))
    if end is None:
        return at
    # The clock may show the end twice in the night when it is put back: then it is the later one.
    return max(at, next((t for f in (0, 1) if (t := end.replace(fold=f).timestamp()) > at), at))
