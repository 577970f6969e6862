"""Urgency: three levels that only ever rise (facts.md D)."""

from enum import StrEnum


class Urgency(StrEnum):
    """How soon a person must act (facts.md D.1)."""

    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """Position from the least to the most urgent, for comparison."""
        return list(Urgency).index(self)


def most_urgent(*levels: Urgency) -> Urgency:
    """Return the highest of the levels; ROUTINE when none is given.

    Nothing lowers an urgency: combining results always takes the maximum (facts.md D).
    """
    return max(levels, key=lambda level: level.rank, default=Urgency.ROUTINE)
