"""What was reported, flat: the path of each field with the values that people gave it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from vigia_detect.clinical.inputs.lesion import Lesion
from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.language.reading import Reading, Value

NOT_DONE = "not_done"
"""A test that was not done says nothing: it is the same as a missing value."""
COVERS = ("slough", "eschar")
"""Tissues that hide what lies under them."""


@dataclass(frozen=True)
class Facts:
    """Reported values by path.

    Attributes:
        fields: what was filled into fields.
        notes: what was read in the notes; paths as in `fields`.
        members: members of lists that the notes name, by the path of the list.
    """

    fields: Mapping[str, Value]
    notes: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, path: str) -> Reading:
        """Return the values of a path; unknown waits for the path itself."""
        here = frozenset({path})
        given = (self.fields[path],) if path in self.fields else ()
        values = (*given, *(value for value in self.notes.get(path, ()) if value not in given))
        if path in self.members:
            partial = not values
            return Reading(
                (*values, self.members[path]), here, self._open(here, given), partial=partial
            )
        return Reading(values, here if values else frozenset(), self._open(here, values))

    def _open(self, here: frozenset[str], values: tuple[Value, ...]) -> frozenset[str]:
        return frozenset() if values else here


def context_fields(context: PatientContext) -> dict[str, Value]:
    """Return every given field of a context, without those of the lesions."""
    fields = dict(_given(context.model_copy(update={"lesions": None, "scales": None}), ""))
    return {path: value for path, value in fields.items() if path != "notes"}


def lesion_fields(lesion: Lesion) -> dict[str, Value]:
    """Return every given field of a lesion, named ``lesion.x``."""
    fields = dict(_given(lesion, "lesion."))
    if lesion.bed_tissue is not None:
        seen = [part for part in lesion.bed_tissue if part.percent != 0]
        fields["lesion.bed_tissue"] = tuple(part.type for part in seen)
        shares = [part.percent for part in seen]
        if None not in shares:
            fields["lesion.cover_percent"] = sum(
                part.percent or 0 for part in seen if part.type in COVERS
            )
    fields.pop("lesion.push_history", None)
    return fields


def _given(model: BaseModel, prefix: str) -> Iterator[tuple[str, Value]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        path = f"{prefix}{name}"
        if value is None or value == NOT_DONE:
            continue
        if isinstance(value, BaseModel):
            yield from _given(value, f"{path}.")
        else:
            yield path, value
