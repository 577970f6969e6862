"""When failures become an episode: high to begin, low to end, so that it does not flicker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimits:
    """When the rate of failed attempts is too high.

    Attributes:
        window_s: how far back attempts are counted, in seconds.
        rate: share of failed attempts, 0 to 1, at which an episode begins.
        least: failed attempts below which none begins, however few attempts there were.
    """

    window_s: float
    rate: float
    least: int


def is_rising(failed: int, ended: int, limits: RateLimits, *, before: bool) -> bool:
    """Tell whether an episode goes on.

    Once begun it ends only when the rate, or the count, has fallen to half of what began it.

    Args:
        failed: attempts in the window that failed, were lost or given up.
        ended: all attempts in the window that ended, those included.
        limits: the hospital's settings.
        before: whether one goes on already.
    """
    share = 0.5 if before else 1.0
    if ended == 0 or failed < limits.least * share:
        return False
    return failed / ended >= limits.rate * share
