"""Reads the escalation policies: ours, with a hospital's own over them, or a refusal."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter

from vigia_detect.clinical.data_file import DATA, DataModel, read_data
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.escalation_policy import Book, Plan, Policy
from vigia_detect.domain.on_call import Directory, Person, Role
from vigia_detect.domain.policy_checks import problems
from vigia_detect.errors import InvalidPolicyError

_PLAN = TypeAdapter(Plan)


class EscalationFile(DataModel):
    """A file of people, roles and policies; a hospital's may leave out what it does not change."""

    version: str = Field(min_length=1)
    people: dict[str, Person] = Field(default_factory=dict)
    roles: dict[str, Role] = Field(default_factory=dict)
    policies: dict[str, Policy] = Field(default_factory=dict)


def load_escalation(own: Path | None, *, time_zone: str) -> Book:
    """Return the policies, with those of a hospital's file over ours.

    Args:
        own: the hospital's file, if it has one.
        time_zone: of the hospital, an IANA name; shifts are read by its clock.

    Raises:
        ConfigurationError: the file cannot be read or has unknown or wrong fields, with the line.
        InvalidPolicyError: it could leave somebody untold; every problem with its field.
    """
    book = _lay_over(_ours(time_zone), read_data(own, EscalationFile)) if own else _ours(time_zone)
    found = problems(book)
    if found:
        raise InvalidPolicyError(found)
    return book


def _ours(time_zone: str) -> Book:
    shipped = read_data(DATA / "escalation.yaml", EscalationFile)
    directory = Directory(time_zone, shipped.people, shipped.roles)
    return Book(shipped.version, directory, shipped.policies)


def _lay_over(ours: Book, own: EscalationFile) -> Book:
    directory = replace(
        ours.directory,
        people={**ours.directory.people, **own.people},
        roles={**ours.directory.roles, **own.roles},
    )
    version = f"{own.version}+{ours.version}"
    return Book(version, directory, {**ours.policies, **own.policies})


def plan_for(book: Book, kind: AlertKind, lang: Literal["es", "en"]) -> str:
    """Return what an alert of this kind keeps of the book, as JSON."""
    policy, directory = book.policies[kind], book.directory
    named = {role for step in policy.steps for role in step.roles} | {policy.fallback}
    roles = {name: directory.roles[name] for name in sorted(named)}
    told = {person for role in roles.values() for person in role.names()}
    people = {name: directory.people[name] for name in sorted(told)}
    kept = Plan(book.version, lang, policy, Directory(directory.time_zone, people, roles))
    return _PLAN.dump_json(kept).decode()


def read_plan(text: str) -> Plan:
    """Return a plan that `plan_for` wrote."""
    return _PLAN.validate_json(text)
