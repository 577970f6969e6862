"""PUSH of a lesion today, and whether its history falls or rises."""

from dataclasses import dataclass
from itertools import pairwise

from vigia_detect.clinical.inputs.lesion import Lesion
from vigia_detect.clinical.wound_scales import push_score

RISES_THAT_COUNT = 2
"""Twice in a row (facts.md C.9)."""


@dataclass(frozen=True, slots=True)
class Push:
    """PUSH today.

    Attributes:
        low: lowest score that the findings allow, None when it cannot be scored.
        high: highest score; differs from `low` where dermis may be scored either way.
        trend: rising (twice in a row), falling or level; None without a history.
        days_without_fall: days since the score last fell, None without a history.
    """

    low: int | None
    high: int | None
    trend: str | None
    days_without_fall: float | None


def push_of(lesion: Lesion, *, is_open: bool, is_closed: bool) -> Push:
    """Return PUSH of a lesion; never imputed, and none for intact skin that was not a wound."""
    low, high = _today(lesion, is_open=is_open, is_closed=is_closed)
    points = sorted((-past.days_ago, past.score, past.score) for past in lesion.push_history or ())
    if low is not None and high is not None and not any(day == 0 for day, _, _ in points):
        points.append((0, low, high))
    return Push(low, high, _trend(points), _days_without_fall(points))


def _today(lesion: Lesion, *, is_open: bool, is_closed: bool) -> tuple[int | None, int | None]:
    if is_closed:
        return 0, 0
    if not is_open or lesion.bed_tissue is None:
        return None, None
    tissues = [part.type for part in lesion.bed_tissue if part.percent != 0]
    score = push_score(lesion.length_cm, lesion.width_cm, lesion.exudate_amount, tissues)
    return score if isinstance(score, tuple) else (score, score)


def _trend(points: list[tuple[float, int, int]]) -> str | None:
    """Each point is (day, low, high); a rise or fall counts only when the ranges do not meet."""
    if len(points) <= 1:
        return None
    rises = [later[1] > earlier[2] for earlier, later in pairwise(points)]
    if len(rises) >= RISES_THAT_COUNT and all(rises[-RISES_THAT_COUNT:]):
        return "rising"
    first, before, now = points[0], points[-2], points[-1]
    falls = now[2] < before[1] or (now[2] < first[1] and not rises[-1])
    return "falling" if falls else "level"


def _days_without_fall(points: list[tuple[float, int, int]]) -> float | None:
    """Return the days since the lowest score was first reached."""
    if len(points) <= 1:
        return None
    lowest = min(high for _, _, high in points)
    since = min(day for day, _, high in points if high == lowest)
    return points[-1][0] - since
