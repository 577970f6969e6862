"""A gate before each channel: its pace, and shut while the channel is out of order. Pure."""

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


@dataclass(frozen=True, slots=True)
class Gate:
    """How a channel, or one address of it, stands. Times are Unix seconds.

    Attributes:
        free_at: when the next message may go.
        failures: in a row.
        shut_until: no message goes before; emergencies neither.
    """

    free_at: float = 0.0
    failures: int = 0
    shut_until: float = 0.0


def wait_s(gate: Gate, now: float, urgency: Urgency) -> float:
    """Return how long a message has to wait. An emergency waits for no pace, only when shut."""
    until = gate.shut_until
    if urgency != Urgency.EMERGENCY:
        until = max(until, gate.free_at)
    return max(0.0, until - now)


def passed(gate: Gate, now: float, pace_s: float) -> Gate:
    """Return the gate after a message went through; those that wait for the pace wait longer."""
    return replace(gate, free_at=max(gate.free_at, now) + pace_s)


def failed(gate: Gate, now: float, retry_after_s: float | None) -> Gate:
    """Return the gate after a temporary failure; what the provider asks for is kept to."""
    failures = gate.failures + 1
    shut = now + SHUT_S if failures >= TRIP_AFTER else gate.shut_until
    asked = now + (retry_after_s or 0.0) if retry_after_s else 0.0
    return replace(gate, failures=failures, shut_until=max(gate.shut_until, shut, asked))


def recovered(gate: Gate) -> Gate:
    """Return the gate after a message was accepted."""
    return replace(gate, failures=0, shut_until=0.0)
