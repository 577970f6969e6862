"""A gate before each channel: its pace, and shut while the channel is out of order. Pure.

What may not go at once takes a place in line and comes back when it is due, so that however many
wait for one address, each asks a few times and not each time that somebody else goes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from vigia_detect.domain.notification import Channel
from vigia_detect.domain.triage import Urgency

TRIP_AFTER = 5
"""So many failures in a row shut a channel; one attempt then tells whether it is back."""

SHUT_S = 15.0
"""How long a channel stays shut; engineering choice, about an emergency's time to the next one."""

PACES: Mapping[Channel, float] = MappingProxyType(
    # Slack: one message a second and channel, by its documentation. The others: our own choice.
    {Channel.SLACK: 1.0, Channel.EMAIL: 0.2, Channel.WEBHOOK: 0.1, Channel.APPRISE: 0.5}
)
"""Seconds between two messages to the same address. What is not listed has no pace."""

PATIENCE = 2
"""So many paces a place is kept for one that comes late or finds another before it; then it is
given a new one. Without it all who came late would ask together, again and again."""


@dataclass(frozen=True, slots=True)
class Gate:
    """How one address of a channel stands. Times are Unix seconds.

    Attributes:
        free_at: when the next message may go.
        failures: in a row.
        shut_until: no message goes before; emergencies neither.
        lines: the end of the line of emergencies, of what is urgent and of routine: when the next
            that comes is due.
    """

    free_at: float = 0.0
    failures: int = 0
    shut_until: float = 0.0
    lines: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Turn:
    """What the gate says to one that asks.

    Attributes:
        gate: as it is afterwards.
        wait_s: seconds until it may ask again; 0: it goes now.
        place: its place in line, as the time when it is due; None when it goes.
    """

    gate: Gate
    wait_s: float = 0.0
    place: float | None = None


def wait_s(gate: Gate, now: float, urgency: Urgency) -> float:
    """Return how long the first in line has to wait.

    An emergency waits for no pace, only when shut. Who is less urgent lets those go that are more
    so, also those that still wait.
    """
    until = gate.shut_until
    if urgency != Urgency.EMERGENCY:
        until = max(until, gate.free_at, *gate.lines[: _line(urgency)])
    return max(0.0, until - now)


def ask(
    gate: Gate, now: float, urgency: Urgency, pace_s: float, place: float | None = None
) -> Turn:
    """Let one through, or give it a place in line.

    Args:
        gate: as it is.
        now: Unix seconds.
        urgency: of the one that asks.
        pace_s: seconds between two messages.
        place: the one that it was given before, if any.
    """
    wait, line = wait_s(gate, now, urgency), gate.lines[_line(urgency)]
    wait = max(wait, 0.0 if place is None else place - now)
    in_line = place is not None or urgency == Urgency.EMERGENCY
    if wait == 0 and (in_line or line <= now):
        return Turn(passed(probed(gate, now), now, pace_s))
    if place is not None and max(wait, now - place) <= PATIENCE * pace_s:
        return Turn(gate, wait, place)
    given = max(now + wait, line)
    return Turn(_longer(gate, urgency, given + pace_s), given - now, given)


def passed(gate: Gate, now: float, pace_s: float) -> Gate:
    """Return the gate after a message went through; those that wait for the pace wait longer."""
    return replace(gate, free_at=max(gate.free_at, now) + pace_s)


def probed(gate: Gate, now: float) -> Gate:
    """Return the gate after one went through: if it had been shut, the others wait for that one."""
    return replace(gate, shut_until=now + SHUT_S) if gate.failures >= TRIP_AFTER else gate


def failed(
    gate: Gate, now: float, retry_after_s: float | None = None, *, slow: bool = False
) -> Gate:
    """Return the gate after a temporary failure.

    Args:
        gate: as it was.
        now: Unix seconds.
        retry_after_s: what the provider asks for is kept to. It works then: that is no failure, and
            shuts the gate for that time only.
        slow: the provider did not answer in time. The gate is shut at once, before all workers wait
            for it.
    """
    if retry_after_s is not None:
        return replace(gate, shut_until=max(gate.shut_until, now + retry_after_s))
    failures = gate.failures + (TRIP_AFTER if slow else 1)
    shut = now + SHUT_S if failures >= TRIP_AFTER else gate.shut_until
    return replace(gate, failures=failures, shut_until=max(gate.shut_until, shut))


def recovered(gate: Gate) -> Gate:
    """Return the gate after a message was accepted."""
    return replace(gate, failures=0, shut_until=0.0)


def _line(urgency: Urgency) -> int:
    return len(Urgency) - 1 - urgency.rank


def _longer(gate: Gate, urgency: Urgency, until: float) -> Gate:
    lines = list(gate.lines)
    lines[_line(urgency)] = until
    first, second, third = lines
    return replace(gate, lines=(first, second, third))
