"""ICD-10 by edition: the same code means a stage in one and a place in another (facts.md E.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Self

from pydantic import Field, model_validator

from vigia_detect.clinical.data_file import DATA, DataModel, read_data
from vigia_detect.clinical.evidence import Evidence, Text
from vigia_detect.clinical.scales_model import Caution
from vigia_detect.clinical.terminology import Code
from vigia_detect.errors import ConfigurationError, FieldProblem, InvalidContextError
from vigia_detect.phrase import Phrase

UNSPECIFIED = "pressure_injury"
HEADING = re.compile(r"L89\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Icd10Meaning:
    """What an ICD-10 code says; None or empty where it says nothing.

    Attributes:
        class_id: a class, or `pressure_injury` when the code says that the class is unspecified.
        sites: the sites it may mean.
        side: left or right.
    """

    class_id: str | None = None
    sites: tuple[str, ...] = ()
    side: str | None = None


class SiteData(DataModel):
    """Codes of one site without their stage digit; `any` where the side is unknown or has none."""

    any: str
    right: str | None = None
    left: str | None = None
    evidence: Evidence | None = None

    def sides(self) -> Iterator[tuple[str, str | None]]:
        """Yield each code with its side."""
        yield self.any, None
        for side, code in (("right", self.right), ("left", self.left)):
            if code is not None:
                yield code, side


class Edition(DataModel):
    """One edition: either a code for each class, or a code for each site plus a stage digit.

    Attributes:
        title: name for readers.
        uri: code system; None when the hospital must set it.
        evidence: source.
        classes: code by class.
        unspecified: classes without a code of their own, sent as the unspecified one.
        stage_digits: last digit by class.
        sites: codes by site.
        other_places: codes of places that are no site of ours; understood, never sent.
        unknown_site: code of an unknown site.
        cautions: what a reader must know.
    """

    title: Text
    uri: str | None
    evidence: Evidence
    classes: dict[str, str] = Field(default_factory=dict)
    unspecified: tuple[str, ...] = ()
    stage_digits: dict[str, str] = Field(default_factory=dict)
    sites: dict[str, SiteData] = Field(default_factory=dict)
    other_places: tuple[str, ...] = ()
    unknown_site: str | None = None
    cautions: tuple[Caution, ...] = ()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if bool(self.classes) == bool(self.stage_digits and self.sites and self.unknown_site):
            raise ValueError("needs either classes, or stage_digits, sites and unknown_site")
        if self.unspecified and UNSPECIFIED not in self.classes:
            raise ValueError(Phrase("unspecified needs a code for {name}", name=UNSPECIFIED))
        return self

    def code(self, class_id: str, site: str | None, side: str | None) -> str | None:
        """Return the code of a class at a place; None when this edition has none."""
        if self.classes:
            sent = UNSPECIFIED if class_id in self.unspecified else class_id
            return self.classes.get(sent)
        digit = self.stage_digits.get(class_id)
        place = self.unknown_site if site is None else self._place(site, side)
        return None if digit is None or place is None else place + digit

    def meaning(self, code: str) -> Icd10Meaning | None:
        """Return what a code of this edition says; None when it is not one of its L89 codes."""
        for class_id, own in self.classes.items():
            if code == own:
                return Icd10Meaning(class_id)
        for place, meaning in self._places().items():
            for class_id, digit in self.stage_digits.items():
                if code == place + digit:
                    return Icd10Meaning(class_id, meaning.sites, meaning.side)
        return self._heading(code)

    def _place(self, site: str, side: str | None) -> str | None:
        if site not in self.sites:
            return None
        codes = self.sites[site]
        sided = {"right": codes.right, "left": codes.left}.get(side or "")
        return sided or codes.any

    def _places(self) -> dict[str, Icd10Meaning]:
        unnamed = (*self.other_places, *([self.unknown_site] if self.unknown_site else []))
        places = dict.fromkeys(unnamed, Icd10Meaning())
        for site, codes in self.sites.items():
            for code, side in codes.sides():
                sites = (*places.get(code, Icd10Meaning()).sites, site)
                places[code] = Icd10Meaning(sites=sites, side=side)
        return places

    def _heading(self, code: str) -> Icd10Meaning | None:
        under = [meaning for place, meaning in self._places().items() if place.startswith(code)]
        sites = tuple(dict.fromkeys(site for meaning in under for site in meaning.sites))
        return Icd10Meaning(sites=sites) if under and HEADING.fullmatch(code) else None


class Icd10File(DataModel):
    """All editions."""

    version: int
    editions: dict[str, Edition]


@cache
def load_icd10() -> Icd10File:
    """Read and check the editions; once a process.

    Raises:
        ConfigurationError: the data is broken.
    """
    return read_data(DATA / "icd10.yaml", Icd10File)


def icd10_for(
    edition: str, class_id: str, site: str | None = None, side: str | None = None
) -> Code | None:
    """Return the ICD-10 code of a class in one edition; None when the edition has none.

    Args:
        edition: who, am, cm or es.
        class_id: class of the case format, or `pressure_injury` for an unspecified one.
        site: site of the case format; None when unknown.
        side: left or right; anything else is no side.

    Raises:
        ConfigurationError: an unknown edition.
    """
    found = _edition(edition)
    code = found.code(class_id, site, side)
    if code is None:
        return None
    place = found.sites.get(site or "")
    evidence = place.evidence if place and place.evidence else found.evidence
    return Code(found.uri, code, None, evidence, version=edition)


def icd10_meaning(edition: str, code: str) -> Icd10Meaning:
    """Return what an ICD-10 code says in the edition that it came with.

    Raises:
        ConfigurationError: an unknown edition.
        InvalidContextError: not a code of a pressure injury in this edition.
    """
    meaning = _edition(edition).meaning(code)
    if meaning is None:
        problem = FieldProblem(
            "icd10",
            Phrase(
                "code {code}: no pressure injury in edition {edition}", code=code, edition=edition
            ),
        )
        raise InvalidContextError((problem,))
    return meaning


def _edition(name: str) -> Edition:
    editions = load_icd10().editions
    if name not in editions:
        raise ConfigurationError(
            "{name}: unknown edition; known: {known}", name=name, known=", ".join(editions)
        )
    return editions[name]
