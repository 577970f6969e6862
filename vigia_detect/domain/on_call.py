"""Who is on duty: people, their contacts, roles with weekly shifts, and overrides.

Shifts and overrides are wall-clock times of the hospital: a night shift from 20:00 to 08:00 is
that also in the night when the clocks change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from vigia_detect.domain.notification import OWN, Channel

NOTHING_UNKNOWN = {"extra": "forbid"}
"""What a reader of files is to do with a key that these types do not have."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach somebody."""

    __pydantic_config__: ClassVar = NOTHING_UNKNOWN
    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person or a place such as a team's channel.

    Attributes:
        contacts: the ways to reach it, the best first.
    """

    __pydantic_config__: ClassVar = NOTHING_UNKNOWN
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """A person's weekly duty, by the hospital's clock.

    Attributes:
        days: the days on which it begins, of `DAYS`.
        start: when it begins.
        end: when it ends; not later than `start`: on the day after.
    """

    __pydantic_config__: ClassVar = NOTHING_UNKNOWN
    person: str
    days: tuple[str, ...]
    start: time
    end: time

    def covers(self, local: datetime) -> bool:
        """Tell whether it is on at a local time."""
        clock, today = local.time(), DAYS[local.weekday()]
        if self.start < self.end:
            return today in self.days and self.start <= clock < self.end
        yesterday = DAYS[(local - timedelta(days=1)).weekday()]
        begun = today in self.days and clock >= self.start
        return begun or (yesterday in self.days and clock < self.end)


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody stands in for the whole role for a while.

    Attributes:
        start: local time without a zone.
        end: local time without a zone, itself no longer in it.
    """

    __pydantic_config__: ClassVar = NOTHING_UNKNOWN
    person: str
    start: datetime
    end: datetime

    def covers(self, local: datetime) -> bool:
        """Tell whether it is on at a local time."""
        return self.start <= local.replace(tzinfo=None) < self.end


@dataclass(frozen=True, slots=True)
class Role:
    """A role in the hospital.

    Attributes:
        members: told always.
        shifts: told in addition while on duty.
        overrides: told in the place of whoever has a shift.
    """

    __pydantic_config__: ClassVar = NOTHING_UNKNOWN
    members: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()
    overrides: tuple[Override, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return everybody it can ever name."""
        return (
            *self.members,
            *(s.person for s in self.shifts),
            *(o.person for o in self.overrides),
        )

    def on_duty(self, local: datetime) -> tuple[str, ...]:
        """Return who is told at a local time, each once; empty when nobody is."""
        found = [override.person for override in self.overrides if override.covers(local)]
        found = found or [shift.person for shift in self.shifts if shift.covers(local)]
        return tuple(dict.fromkeys((*self.members, *found)))


@dataclass(frozen=True, slots=True)
class Directory:
    """The people and roles of a hospital, and its clock."""

    time_zone: str
    people: Mapping[str, Person]
    roles: Mapping[str, Role]

    def local(self, at: float) -> datetime:
        """Return Unix seconds as the hospital's time."""
        return datetime.fromtimestamp(at, ZoneInfo(self.time_zone))

    def on_duty(self, role: str, at: float, *, fallback: str) -> tuple[str, ...]:
        """Return who is told for a role at a moment; the fallback's members when nobody is."""
        found = self.roles[role].on_duty(self.local(at))
        return found or self.roles[fallback].members

    def channels(self) -> frozenset[Channel]:
        """Return every channel by which somebody is told."""
        return frozenset(way.channel for one in self.people.values() for way in one.contacts)

    def reaches_outside(self) -> bool:
        """Tell whether anybody is told in a way that rings, not only in Vigia's own inbox."""
        return bool(self.channels() - OWN)
