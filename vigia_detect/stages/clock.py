"""Whether the clock may be believed when something is deleted because its time is over.

A host's clock that jumps years ahead would end every period at once. The trail knows when the
system last lived: a silence of more than `LONGEST_SILENCE_DAYS` is believed only when the clock has
gone on for `SETTLED_S` since, with entries written. Who has had the system switched off waits.
"""

from vigia_detect.domain.retention import DAY_S
from vigia_detect.errors import ClockDoubtError
from vigia_detect.ports import UnitOfWork

LONGEST_SILENCE_DAYS = 7
"""Engineering choice: a ward in use writes entries daily; a jump of this length ends no period."""
SETTLED_S = DAY_S
"""Engineering choice: a day in which a person can see that the date is wrong."""


def silent_days(work: UnitOfWork) -> float:
    """Return how long nothing was written before the last day; 0.0 when nothing is older."""
    settled = work.now() - SETTLED_S
    before = work.trail.written_before(settled)
    return 0.0 if before is None else (settled - before) / DAY_S


def clock_doubt(days: float) -> ClockDoubtError | None:
    """Return what to say to who deletes after such a silence; None when the clock is believed."""
    if days <= LONGEST_SILENCE_DAYS:
        return None
    return ClockDoubtError(
        "Nothing was written for {days:.0f} days before the last one: is this host's date right? "
        "If it is, ask again in a day.",
        days=days,
    )
