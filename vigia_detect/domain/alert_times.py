"""How fast people were told, took alerts on, and acted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """What some seconds have in common; the percentiles are None when there are none.

    Attributes:
        count: how many ended.
        p50: half of them took no longer, in seconds.
        p95: nineteen of twenty took no longer.
        worst: the longest.
        never: how many have not ended.
    """

    count: int
    p50: float | None
    p95: float | None
    worst: float | None
    never: int


def times(seconds: Sequence[float | None]) -> Times:
    """Return the summary of some durations; None stands for one that has not ended."""
    known = sorted(one for one in seconds if one is not None)
    never = len(seconds) - len(known)
    if not known:
        return Times(0, None, None, None, never)
    return Times(len(known), _percentile(known, 0.5), _percentile(known, 0.95), known[-1], never)


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile: a value that really occurred, never one in between."""
    return ordered[math.ceil(share * len(ordered)) - 1]


@dataclass(frozen=True, slots=True)
class KindTimes:
    """The times of one kind of alert, drills left out.

    Attributes:
        acceptance: from planning to the first acceptance by a provider, a turn.
        acknowledgement: from the opening until somebody took it on.
        act: from the opening until somebody said that they acted.
        unfinished: how many nobody has acted on.
    """

    kind: str
    acceptance: Times
    acknowledgement: Times
    act: Times
    unfinished: int
