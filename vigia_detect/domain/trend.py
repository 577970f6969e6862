"""How a wound score moves over time, where more points are worse (facts.md C.9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Trend:
    """What a history of scores shows; None where it is too short to tell.

    Attributes:
        rising: the score rose the given number of times in a row, up to the latest one.
        falling: the latest score is lower than the one before.
        stalled: the wound is open and its score has not fallen over the given days.
    """

    rising: bool | None
    falling: bool | None
    stalled: bool | None


def trend(scores: Iterable[tuple[int, int]], *, rises: int, no_fall_days: int) -> Trend:
    """Read the trend off a history in any order.

    Args:
        scores: pairs of days ago and score; of two scores on one day the worse counts.
        rises: rises in a row that count as rising.
        no_fall_days: days without a fall that count as stalled.
    """
    by_day: dict[int, int] = {}
    for days_ago, score in scores:
        by_day[days_ago] = max(score, by_day.get(days_ago, score))
    series = [by_day[day] for day in sorted(by_day, reverse=True)]
    steps = [later - earlier for earlier, later in pairwise(series)]
    return Trend(
        rising=_rising(steps[-rises:], rises),
        falling=steps[-1] < 0 if steps else None,
        stalled=_stalled(by_day, no_fall_days),
    )


def _rising(last_steps: list[int], rises: int) -> bool | None:
    if any(step <= 0 for step in last_steps):
        return False
    return True if len(last_steps) == rises else None


def _stalled(by_day: dict[int, int], no_fall_days: int) -> bool | None:
    if not by_day:
        return None
    latest = min(by_day)
    if by_day[latest] == 0:
        return False
    before = [day for day in by_day if day >= latest + no_fall_days]
    return by_day[latest] >= by_day[min(before)] if before else None
