"""Scales that people fill in: items, totals and categories (facts.md B).

A total exists only when a person scored every item. A blank item is unknown: it is never taken as
its best, worst or usual value, and nothing is read off diagnoses or pictures. What can still be
said of an incomplete scale is the range of totals that remain possible.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from vigia_detect.errors import FieldProblem, InvalidContextError
from vigia_detect.phrase import Phrase


class Direction(StrEnum):
    """Which end of a scale is the dangerous one."""

    LOWER_IS_WORSE = "lower_is_worse"
    HIGHER_IS_WORSE = "higher_is_worse"


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a scale, answered by a whole number from `low` to `high`."""

    name: str
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise ValueError(
                Phrase(
                    "item {name}: {low} is not below {high}",
                    name=self.name,
                    low=self.low,
                    high=self.high,
                )
            )


@dataclass(frozen=True, slots=True)
class Band:
    """The totals from `low` to `high`, both included, that share a category."""

    category: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of cut-offs; hospitals differ, so a scale may have several."""

    id: str
    bands: tuple[Band, ...]

    def category(self, total: int) -> str:
        """Return the category of a total of the scale that this profile belongs to."""
        return next(band.category for band in self.bands if band.low <= total <= band.high)

    def check(self, low: int, high: int) -> None:
        """Refuse bands that overlap, leave a gap or do not end where the scale does.

        Raises:
            ValueError: with the totals concerned.
        """
        expected = low
        for band in sorted(self.bands, key=lambda band: band.low):
            if band.low != expected or band.high < band.low:
                raise ValueError(
                    Phrase(
                        "profile {profile}: band {band} is {low}-{high}, "
                        "but the next total without a category is {expected}",
                        profile=self.id,
                        band=band.category,
                        low=band.low,
                        high=band.high,
                        expected=expected,
                    )
                )
            expected = band.high + 1
        if expected != high + 1:
            raise ValueError(
                Phrase(
                    "profile {profile}: bands end at {last}, but the scale ends at {high}",
                    profile=self.id,
                    last=expected - 1,
                    high=high,
                )
            )


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whom and where a scale is made for; a limit that is None is not known or does not exist."""

    min_age_years: int | None = None
    max_age_years: int | None = None
    care_settings: tuple[str, ...] = ()

    def fits(self, age_years: float | None, care_setting: str | None) -> bool | None:
        """Tell whether the scale is made for this person and place; None when that is unknown."""
        if age_years is not None and not self._fits_age(age_years):
            return False
        if care_setting is not None and not self._fits_place(care_setting):
            return False
        age_matters = (self.min_age_years, self.max_age_years) != (None, None)
        place_matters = bool(self.care_settings)
        unknown = (age_matters and age_years is None) or (place_matters and care_setting is None)
        return None if unknown else True

    def _fits_age(self, years: float) -> bool:
        old_enough = self.min_age_years is None or years >= self.min_age_years
        return old_enough and (self.max_age_years is None or years <= self.max_age_years)

    def _fits_place(self, care_setting: str) -> bool:
        return not self.care_settings or care_setting in self.care_settings


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """What a filled-in scale says.

    Attributes:
        scale: id of the scale.
        total: sum of the items; None unless a person scored every one of them.
        incomplete: True when at least one item is blank.
        categories: category by profile id; empty when there is no total.
        possible: lowest and highest total that the blank items still allow.
        missing_items: names of the blank items, in the order of the scale.
    """

    scale: str
    total: int | None
    incomplete: bool
    categories: Mapping[str, str]
    possible: tuple[int, int]
    missing_items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale: its items, which end is dangerous, and the cut-offs in use.

    Raises:
        ValueError: an item is named twice, or the bands of a profile do not cover the range.
    """

    id: str
    version: str
    items: tuple[Item, ...]
    direction: Direction
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    applicability: Applicability = field(default_factory=Applicability)

    def __post_init__(self) -> None:
        names = [item.name for item in self.items]
        if not names or len(set(names)) != len(names):
            raise ValueError(Phrase("scale {scale}: needs items, each named once", scale=self.id))
        for profile in self.profiles.values():
            profile.check(*self.range)

    @property
    def range(self) -> tuple[int, int]:
        """Lowest and highest total."""
        return sum(item.low for item in self.items), sum(item.high for item in self.items)

    def levels(self, profile: str) -> tuple[str, ...]:
        """Return the categories of a profile, the least dangerous first."""
        bands = sorted(self.profiles[profile].bands, key=lambda band: band.low)
        if self.direction is Direction.LOWER_IS_WORSE:
            bands.reverse()
        return tuple(band.category for band in bands)

    def score(
        self, values: Mapping[str, int | None], profiles: Iterable[str] | None = None
    ) -> ScaleScore:
        """Add up what a person scored; a missing key is a blank item.

        Args:
            values: points by item name; None is a blank item.
            profiles: ids of the profiles to name a category for; None for all of the scale.

        Raises:
            InvalidContextError: an unknown item, or points that the item does not have.
        """
        self._refuse_wrong(values)
        given = [(item, values.get(item.name)) for item in self.items]
        missing = tuple(item.name for item, points in given if points is None)
        low = sum(item.low if points is None else points for item, points in given)
        high = sum(item.high if points is None else points for item, points in given)
        wanted = () if missing else self.profiles if profiles is None else profiles
        return ScaleScore(
            scale=self.id,
            total=None if missing else low,
            incomplete=bool(missing),
            categories={name: self.profiles[name].category(low) for name in wanted},
            possible=(low, high),
            missing_items=missing,
        )

    def _refuse_wrong(self, values: Mapping[str, int | None]) -> None:
        items = {item.name: item for item in self.items}
        problems = []
        for name, points in values.items():
            path = f"patient_context.scales.{self.id}.{name}"
            item = items.get(name)
            if item is None:
                problems.append(
                    FieldProblem(
                        path, "unknown item", Phrase("known: {known}", known=", ".join(items))
                    )
                )
            elif points is not None and not _has(item, points):
                allowed = Phrase("whole number from {low} to {high}", low=item.low, high=item.high)
                problems.append(FieldProblem(path, "not among the points of this item", allowed))
        if problems:
            raise InvalidContextError(tuple(problems))


def _has(item: Item, points: object) -> bool:
    # True and False are ints in Python, but a tick in a box is not a score.
    return type(points) is int and item.low <= points <= item.high
