"""What makes a book of policies safe to use; everything wrong with it is found at once."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.escalation_policy import Book, Policy
from vigia_detect.domain.notification import Channel
from vigia_detect.domain.on_call import DAYS, Contact, Directory, Role
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import FieldProblem
from vigia_detect.phrase import Phrase

LONGEST_NAME = 64
SLOWEST_ACCEPT_S = 10.0
SLOWEST_EMERGENCY_S = 900.0
SLOWEST_URGENT_S = 7200.0
"""An urgent alert is to be taken on within 2 hours: facts.md D.1."""
SHORTEST_S, SHORTEST_REPEAT_S = 1.0, 10.0
"""Engineering choices: sooner no provider has answered, and a telephone never stops ringing."""
LONGEST_S = 2_592_000.0
"""30 days; a time beyond it is a mistake, and infinity is never."""
LONGEST_QUIET = timedelta(hours=12)
"""A shift: longer quiet would leave what is due at the next care round to the one after it."""
LEAST: Mapping[str, Urgency] = MappingProxyType(
    {
        AlertKind.EMERGENCY: Urgency.EMERGENCY,
        AlertKind.URGENT: Urgency.URGENT,
        AlertKind.HUMAN_REVIEW: Urgency.URGENT,
        AlertKind.SYSTEM_ERROR: Urgency.URGENT,
    }
)
"""How urgent these are at least, whatever a file says: facts.md D.1. Nothing lowers an urgency."""
ADDRESSES: Mapping[Channel, tuple[str, Phrase]] = MappingProxyType(
    {
        Channel.SLACK: (r"#?[^\s#]+", Phrase('a channel or user id as C0123 or U0123, or "#name"')),
        Channel.EMAIL: (r"[^\s@]+@[^\s@]+", Phrase("name@host")),
        Channel.WEBHOOK: (r"https?://[^\s/]+\S*", Phrase("an http or https URL")),
        Channel.APPRISE: (r"[a-z][a-z0-9+.-]*://\S+", Phrase("an Apprise URL")),
    }
)
"""How an address of a channel looks, roughly: it finds slips, the provider has the last word."""
CLOCK = 'is the hospital\'s clock: in quotes and without a zone, as "22:00"'
TIMES = ("accept_within_s", "nobody_after_s", "repeat_every_s", "act_within_s")


def problems(book: Book) -> tuple[FieldProblem, ...]:
    """Return everything that is wrong, each with the field's path; empty when all is well."""
    return (
        *_clock(book.directory),
        *_people(book.directory),
        *(p for name, role in book.directory.roles.items() for p in _role(name, role, book)),
        *(FieldProblem(f"policies.{k}", "is missing") for k in AlertKind if k not in book.policies),
        *(p for kind, policy in book.policies.items() for p in _policy(kind, policy, book)),
    )


def _clock(directory: Directory) -> Iterator[FieldProblem]:
    try:
        ZoneInfo(directory.time_zone)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        yield FieldProblem("VIGIA_TIME_ZONE", "is no known time zone", "such as America/Santiago")


def _people(directory: Directory) -> Iterator[FieldProblem]:
    for name, person in directory.people.items():
        path = f"people.{name}"
        if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
            yield FieldProblem(
                path, "is no name", Phrase("1 to {most} printable letters", most=LONGEST_NAME)
            )
        if not person.contacts:
            yield FieldProblem(f"{path}.contacts", "is empty: nobody could reach this person")
        for number, contact in enumerate(person.contacts):
            yield from _contact(f"{path}.contacts.{number}.address", contact)


def _contact(path: str, contact: Contact) -> Iterator[FieldProblem]:
    form, known = ADDRESSES.get(contact.channel, (r"[\s\S]+", Phrase("")))
    if not contact.address.strip():
        yield FieldProblem(path, "is empty")
    elif not re.fullmatch(form, contact.address):  # it may be a secret: it is not repeated
        yield FieldProblem(
            path, Phrase("is no address of {channel}", channel=contact.channel), Phrase.of(known)
        )


def _role(name: str, role: Role, book: Book) -> Iterator[FieldProblem]:
    path = f"roles.{name}"
    if not role.members and not role.shifts:
        yield FieldProblem(path, "has neither members nor shifts: nobody would be told")
    for person in role.names():
        if person not in book.directory.people:
            yield FieldProblem(
                path, Phrase("names {person!r}, who is not in people", person=person)
            )
    for number, shift in enumerate(role.shifts):
        if shift.start.tzinfo or shift.end.tzinfo:
            yield FieldProblem(f"{path}.shifts.{number}", CLOCK)
        if not shift.days or not set(shift.days) <= set(DAYS):
            yield FieldProblem(
                f"{path}.shifts.{number}.days", "is wrong", Phrase.quoted(", ".join(DAYS))
            )
    for number, override in enumerate(role.overrides):
        place = f"{path}.overrides.{number}"
        if override.start.tzinfo or override.end.tzinfo:
            yield FieldProblem(place, "is local time: leave the zone out")
        elif override.start >= override.end:
            yield FieldProblem(f"{place}.end", "is not after its start")


def _policy(kind: str, policy: Policy, book: Book) -> Iterator[FieldProblem]:
    path = f"policies.{kind}"
    if kind not in set(AlertKind):
        yield FieldProblem(path, "is no kind of alert", Phrase.quoted(", ".join(AlertKind)))
    yield from _steps(f"{path}.steps", policy, book)
    yield from _quiet(path, kind, policy)
    fallback = book.directory.roles.get(policy.fallback)
    if fallback is None or not fallback.members:
        yield FieldProblem(f"{path}.fallback", "must be a role with members, who are always there")
    for field in TIMES:
        least = SHORTEST_REPEAT_S if field == "repeat_every_s" else SHORTEST_S
        if not least <= getattr(policy, field) <= LONGEST_S:
            yield FieldProblem(
                f"{path}.{field}",
                Phrase("must be {least:g} to {most:.0f}", least=least, most=LONGEST_S),
            )
    if policy.steps and not policy.nobody_after_s > policy.steps[-1].after_s:
        yield FieldProblem(f"{path}.nobody_after_s", "must be later than the last step")
    if kind == AlertKind.EMERGENCY:
        yield from _emergency(path, policy)
    if kind == AlertKind.URGENT and policy.nobody_after_s > SLOWEST_URGENT_S:
        yield FieldProblem(
            f"{path}.nobody_after_s", Phrase("must be at most {most:g}", most=SLOWEST_URGENT_S)
        )


def _steps(path: str, policy: Policy, book: Book) -> Iterator[FieldProblem]:
    times = [step.after_s for step in policy.steps]
    if not times:
        yield FieldProblem(path, "is empty: nobody would be told")
    elif times[0] != 0:
        yield FieldProblem(f"{path}.0.after_s", "must be 0: the first step begins at once")
    for number, step in enumerate(policy.steps):
        if number and not times[number] > times[number - 1]:
            yield FieldProblem(f"{path}.{number}.after_s", "must be later than the step before")
        if not step.roles:
            yield FieldProblem(f"{path}.{number}.roles", "is empty: nobody would be told")
        for role in step.roles:
            if role not in book.directory.roles:
                yield FieldProblem(
                    f"{path}.{number}.roles",
                    Phrase("names {role!r}, who is not in roles", role=role),
                )


def _quiet(path: str, kind: str, policy: Policy) -> Iterator[FieldProblem]:
    least, quiet = LEAST.get(kind, Urgency.ROUTINE), policy.quiet_hours
    if policy.severity.rank < least.rank:
        yield FieldProblem(f"{path}.severity", Phrase("must be at least {least}", least=least))
    if quiet is None:
        return
    place = f"{path}.quiet_hours"
    if max(policy.severity.rank, least.rank) > Urgency.ROUTINE.rank:
        yield FieldProblem(place, "only routine may wait: leave it out")
    if quiet.start.tzinfo or quiet.end.tzinfo:
        yield FieldProblem(place, CLOCK)
    elif not timedelta(0) < quiet.length <= LONGEST_QUIET:
        yield FieldProblem(place, "must last more than 0 and at most 12 hours")


def _emergency(path: str, policy: Policy) -> Iterator[FieldProblem]:
    """A hospital may be quicker than facts.md D.1, not slower."""
    if policy.accept_within_s > SLOWEST_ACCEPT_S:
        yield FieldProblem(
            f"{path}.accept_within_s", Phrase("must be at most {most:g}", most=SLOWEST_ACCEPT_S)
        )
    for field in TIMES[1:]:
        if getattr(policy, field) > SLOWEST_EMERGENCY_S:
            yield FieldProblem(
                f"{path}.{field}", Phrase("must be at most {most:g}", most=SLOWEST_EMERGENCY_S)
            )
