"""Lays what the notes say beside the fields. Neither replaces the other; differences are listed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from vigia_detect.clinical.engine.facts import Facts
from vigia_detect.clinical.language.reading import Value
from vigia_detect.clinical.notes.finding import NoteFinding
from vigia_detect.clinical.output import Difference

T = TypeVar("T")
OF_LESION = "lesions[]."
MEMBER = "[]"
ABSENT = (False, 0, "none", "negative", "alert")


@dataclass(frozen=True)
class Merged:
    """Facts with the notes laid over them.

    Attributes:
        person: facts about the person.
        lesions: facts of each lesion, the same order as the input.
        unplaced: what the notes say of a lesion without saying which; None when there is nothing
            or when only one lesion can be meant.
        differences: where a field and the notes do not agree.
    """

    person: Facts
    lesions: tuple[Facts, ...]
    unplaced: Facts | None
    differences: tuple[Difference, ...]


def merge(
    person: Mapping[str, Value],
    lesions: Sequence[Mapping[str, Value]],
    findings: Iterable[NoteFinding],
) -> Merged:
    """Return all facts; with one lesion it is the one that the notes speak of."""
    said = list(findings)
    of_lesion = [one for one in said if one.field.startswith(OF_LESION)]
    facts = _laid_over(person, [one for one in said if not one.field.startswith(OF_LESION)])
    differences = list(_differences(facts, ""))
    if len(lesions) == 1:
        merged = _laid_over(lesions[0], of_lesion)
        differences += _differences(merged, "lesions[0].")
        return Merged(facts, (merged,), None, tuple(differences))
    plain = tuple(Facts(fields) for fields in lesions)
    differences += _nowhere(of_lesion, lesions)
    unplaced = _laid_over({}, of_lesion) if of_lesion else None
    return Merged(facts, plain, unplaced, tuple(differences))


def _laid_over(fields: Mapping[str, Value], said: Iterable[NoteFinding]) -> Facts:
    notes: dict[str, list[Value]] = {}
    members: dict[str, list[str]] = {}
    for one in said:
        path = _path(one.field)
        if path.endswith(MEMBER):
            members.setdefault(path.removesuffix(MEMBER), []).append(str(one.value))
        else:
            notes.setdefault(path, []).append(one.value)
    return Facts(fields, _once(notes), _once(members))


def _once(table: Mapping[str, list[T]]) -> dict[str, tuple[T, ...]]:
    return {path: tuple(dict.fromkeys(values)) for path, values in table.items()}


def _path(field: str) -> str:
    return field.replace(OF_LESION, "lesion.", 1)


def _differences(facts: Facts, prefix: str) -> Iterable[Difference]:
    for path, values in facts.notes.items():
        field = facts.fields.get(path)
        if field is not None and any(value != field for value in values):
            yield Difference(path=_shown(path, prefix), field=field, notes=values)
    for path, names in facts.members.items():
        given = facts.fields.get(path)
        if isinstance(given, tuple) and not set(names) <= set(given):
            yield Difference(path=_shown(path, prefix), field=given, notes=names)


def _shown(path: str, prefix: str) -> str:
    return f"{prefix}{path.removeprefix('lesion.')}" if path.startswith("lesion.") else path


def _nowhere(
    said: Iterable[NoteFinding], lesions: Sequence[Mapping[str, Value]]
) -> Iterable[Difference]:
    """Yield what the notes say of some lesion and no listed lesion can be."""
    for one in said:
        path = _path(one.field)
        if path.endswith(MEMBER) or one.value in ABSENT:
            continue
        given = [fields.get(path) for fields in lesions]
        if lesions and None not in given and one.value not in given:
            yield Difference(path=_shown(path, OF_LESION), field=None, notes=(one.value,))
