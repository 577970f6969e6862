"""Typed form of `data/terminology.yaml`."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from vigia_detect.clinical.data_file import DataModel
from vigia_detect.clinical.evidence import Evidence, Text
from vigia_detect.domain.check_digits import is_loinc_code, is_snomed_id
from vigia_detect.phrase import Phrase

HAS_RIGHT_DIGIT = {"snomed": is_snomed_id, "loinc": is_loinc_code}


class SystemData(DataModel):
    """A code system; `release_checked` is True once its codes were looked up in a release."""

    uri: str
    release_checked: bool


class CodeData(DataModel):
    """The code of one concept, or of the wider concept that stands for it.

    Attributes:
        code: the active code.
        same_as: another concept of the group whose code is sent for this one.
        display: the system's own name, only where it was read.
        evidence: when it is another one than that of the group.
        legacy: inactive codes that are understood but never sent, with their names.
        note: what else a reader must know.
    """

    code: str | None = None
    same_as: str | None = None
    display: str | None = None
    evidence: Evidence | None = None
    legacy: dict[str, str | None] = Field(default_factory=dict)
    note: Text | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.code is None) == (self.same_as is None):
            raise ValueError("needs either code or same_as")
        return self


class GroupData(DataModel):
    """Concepts of one kind, in one code system; `uncoded` lists those without a verified code."""

    system: Literal["snomed", "loinc"]
    evidence: Evidence
    codes: dict[str, CodeData]
    uncoded: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        own = {name: data for name, data in self.codes.items() if data.code is not None}
        for name, data in self.codes.items():
            if data.same_as is not None and data.same_as not in own:
                raise ValueError(
                    Phrase(
                        "{name}: same_as {same_as} has no code of its own",
                        name=name,
                        same_as=data.same_as,
                    )
                )
        every = list(self.all_codes())
        if twice := {code for code in every if every.count(code) > 1}:
            raise ValueError(
                Phrase("one code with two meanings: {twice}", twice=", ".join(sorted(twice)))
            )
        if wrong := [code for code in every if not HAS_RIGHT_DIGIT[self.system](code)]:
            raise ValueError(Phrase("wrong check digit: {wrong}", wrong=", ".join(wrong)))
        if both := self.codes.keys() & set(self.uncoded):
            raise ValueError(Phrase("both coded and uncoded: {both}", both=", ".join(sorted(both))))
        return self

    def all_codes(self) -> Iterator[str]:
        """Yield each active and legacy code of the group."""
        for data in self.codes.values():
            if data.code is not None:
                yield data.code
            yield from data.legacy


class TerminologyFile(DataModel):
    """All groups, and the codes that must never be used."""

    version: int
    systems: dict[str, SystemData]
    groups: dict[str, GroupData]
    refused: dict[str, Text]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        for name, group in self.groups.items():
            if group.system not in self.systems:
                raise ValueError(
                    Phrase("{name}: unknown system {system}", name=name, system=group.system)
                )
            if used := self.refused.keys() & set(group.all_codes()):
                raise ValueError(
                    Phrase(
                        "{name}: uses refused codes {used}", name=name, used=", ".join(sorted(used))
                    )
                )
        return self
