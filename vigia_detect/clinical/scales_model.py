"""Typed form of `data/scales.yaml` and `data/wound_scales.yaml`."""

from decimal import Decimal
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from vigia_detect.clinical.data_file import DataModel
from vigia_detect.clinical.evidence import Evidence, Text
from vigia_detect.domain.scales import Applicability, Band, Direction, Item, Profile, Scale
from vigia_detect.phrase import Phrase


class Bin(DataModel):
    """One class of a measured size: up to (`<=`) or below (`<`) a limit; the last has neither."""

    points: int
    up_to: Decimal | None = None
    below: Decimal | None = None


class ItemData(DataModel):
    """An item: its points, what they mean, and how they follow from a measured size.

    Attributes:
        points: lowest and highest.
        label: name for readers.
        anchors: meaning of each of the points, where the sources give it.
        cm2: classes of the wound's area (length times width), smallest first.
        codes: lowest and highest points of each code of a case, where it may be scored either way.
        signs: findings that count one point each.
        evidence: when it is another one than that of the scale.
    """

    points: tuple[int, int]
    label: Text | None = None
    anchors: dict[int, Text] = Field(default_factory=dict)
    cm2: tuple[Bin, ...] = ()
    codes: dict[str, tuple[int, int]] = Field(default_factory=dict)
    signs: dict[str, Text] = Field(default_factory=dict)
    evidence: Evidence | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        low, high = self.points
        every = list(range(low, high + 1))
        if self.anchors and sorted(self.anchors) != every:
            raise ValueError(
                Phrase("anchors must be given for each of {low} to {high}", low=low, high=high)
            )
        if self.cm2:
            _check_bins(self.cm2, every)
        if any(not low <= a <= b <= high for a, b in self.codes.values()):
            raise ValueError(Phrase("codes must score within {low} to {high}", low=low, high=high))
        if self.signs and len(self.signs) != high - low:
            raise ValueError(
                Phrase(
                    "{count} signs cannot give {low} to {high} points",
                    count=len(self.signs),
                    low=low,
                    high=high,
                )
            )
        return self


def _check_bins(bins: tuple[Bin, ...], points: list[int]) -> None:
    if [entry.points for entry in bins] != points:
        raise ValueError("the classes must give each of the points once, in order")
    *bounded, last = bins
    if (last.up_to, last.below) != (None, None):
        raise ValueError("the last class must be open at the top")
    if any((entry.up_to is None) == (entry.below is None) for entry in bounded):
        raise ValueError("each class but the last needs either up_to or below")
    limits = [entry.below if entry.up_to is None else entry.up_to for entry in bounded]
    if any(a is None or b is None or a >= b for a, b in pairwise(limits)):
        raise ValueError("the limits must rise")


class ProfileData(DataModel):
    """Cut-offs: first and last total of each category."""

    bands: dict[str, tuple[int, int]]
    evidence: Evidence

    def profile(self, name: str) -> Profile:
        """Return the domain's form."""
        return Profile(name, tuple(Band(key, *limits) for key, limits in self.bands.items()))


class AtRisk(DataModel):
    """The total from which a person counts as at risk (towards the dangerous end)."""

    total: int
    evidence: Evidence


class Caution(DataModel):
    """Something a reader of the score must know."""

    text: Text
    evidence: Evidence


class Fits(DataModel):
    """Whom and where the scale is made for."""

    min_age_years: int | None = None
    max_age_years: int | None = None
    care_settings: tuple[str, ...] = ()


class ScaleData(DataModel):
    """One scale with its sources."""

    title: Text
    kind: Literal["risk", "wound"]
    version: str
    direction: Direction
    range: tuple[int, int]
    evidence: Evidence
    applicability: Fits = Field(default_factory=Fits)
    items: dict[str, ItemData]
    profiles: dict[str, ProfileData] = Field(default_factory=dict)
    at_risk: AtRisk | None = None
    cautions: tuple[Caution, ...] = ()

    def scale(self, name: str) -> Scale:
        """Return the domain's form.

        Raises:
            ValueError: bands overlap or leave gaps, or the range is not that of the items.
        """
        scale = Scale(
            id=name,
            version=self.version,
            items=tuple(Item(key, *item.points) for key, item in self.items.items()),
            direction=self.direction,
            profiles={key: data.profile(key) for key, data in self.profiles.items()},
            applicability=Applicability(**self.applicability.model_dump()),
        )
        if scale.range != self.range:
            raise ValueError(
                Phrase(
                    "the items add up to {total}, not to {range}",
                    total=scale.range,
                    range=self.range,
                )
            )
        return scale

    @model_validator(mode="after")
    def _agree(self) -> Self:
        self.scale("")
        return self


class ByAge(DataModel):
    """Which risk scale is for whom (facts.md B rule 5).

    Attributes:
        newborn: scale up to `newborn_max_days` of life.
        newborn_max_days: oldest day of life of a newborn.
        child: scale below `child_below_years`.
        child_below_years: first age at which it is no longer used.
        adult: scale from `adult_from_years`. Where both may be used, the one that a person
            filled in is; if neither or both, the child's.
        adult_from_years: first age at which it may be used.
        evidence: sources.
    """

    newborn: str
    newborn_max_days: int
    child: str
    child_below_years: int
    adult: str
    adult_from_years: int
    evidence: tuple[Evidence, ...]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.adult_from_years > self.child_below_years:
            raise ValueError("between the child's and the adult's no age may be without a scale")
        return self


class AddedScale(DataModel):
    """A scale that is asked for beside others, with a device or in some place only."""

    scale: str
    beside: tuple[str, ...]
    needs_device: bool = False
    care_settings: tuple[str, ...] = ()
    evidence: Evidence


class ScalesFile(DataModel):
    """A file of scales."""

    version: int
    scales: dict[str, ScaleData]


class RiskScalesFile(ScalesFile):
    """The file of risk scales: also which one to use, and how categories are called."""

    by_age: ByAge
    added: tuple[AddedScale, ...]
    fallback: tuple[str, ...]
    categories: dict[str, Text]


class TrendLimits(DataModel):
    """When a wound that is followed by PUSH calls for a new look (facts.md C.9)."""

    rises: int = Field(ge=1)
    no_fall_days: int = Field(ge=1)
    evidence: Evidence


class WoundScalesFile(ScalesFile):
    """The file of wound scales: also when their course is a warning."""

    trend: TrendLimits
