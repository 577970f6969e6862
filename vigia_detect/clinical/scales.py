"""The scales as loaded from data: scoring, and which risk scale belongs to whom (facts.md B)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

from vigia_detect.clinical.data_file import DATA, read_data
from vigia_detect.clinical.evidence import Text
from vigia_detect.clinical.scales_model import (
    AddedScale,
    ByAge,
    ProfileData,
    RiskScalesFile,
    ScaleData,
    ScalesFile,
    TrendLimits,
    WoundScalesFile,
)
from vigia_detect.domain.scales import Scale, ScaleScore
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Scales:
    """All scales, with what the sources say about them.

    Attributes:
        by_age: which risk scale is for whom.
        added: scales asked for beside it.
        fallback: adult scales that stand in when the scale for the age has no item, in order.
        categories: names of the risk categories.
        trend: when the course of a wound is a warning.
        data: sources and texts by scale id.
        scales: items and cut-offs by scale id.
    """

    by_age: ByAge
    added: tuple[AddedScale, ...]
    fallback: tuple[str, ...]
    categories: Mapping[str, Text]
    trend: TrendLimits
    data: Mapping[str, ScaleData]
    scales: Mapping[str, Scale]

    @classmethod
    def of(cls, risk: RiskScalesFile, wounds: WoundScalesFile, *others: ScalesFile) -> Self:
        """Put the files together.

        Raises:
            ConfigurationError: a scale is there twice or not at all, or a category has no name.
        """
        data: dict[str, ScaleData] = {}
        for file in (risk, *others, wounds):
            if twice := data.keys() & file.scales.keys():
                raise ConfigurationError(
                    "scales given twice: {twice}", twice=", ".join(sorted(twice))
                )
            data.update(file.scales)
        named = {risk.by_age.newborn, risk.by_age.child, risk.by_age.adult, *risk.fallback}
        named.update(name for added in risk.added for name in (added.scale, *added.beside))
        if unknown := named - data.keys():
            raise ConfigurationError(
                "unknown scales: {unknown}", unknown=", ".join(sorted(unknown))
            )
        made = cls(
            by_age=risk.by_age,
            added=risk.added,
            fallback=risk.fallback,
            categories=risk.categories,
            trend=wounds.trend,
            data={},
            scales={},
        )
        return made._with_data(data)

    def with_profiles(self, extra: Mapping[str, Mapping[str, ProfileData]]) -> Self:
        """Return scales with a hospital's own cut-offs laid over ours.

        Args:
            extra: by scale id and profile id; a profile of the same id replaces ours.

        Raises:
            ConfigurationError: an unknown scale or category, or bands that overlap or leave gaps.
        """
        data = dict(self.data)
        for name, profiles in extra.items():
            if name not in data:
                raise ConfigurationError(
                    "{name}: unknown scale; known: {known}", name=name, known=", ".join(data)
                )
            merged = {**data[name].profiles, **profiles}
            data[name] = data[name].model_copy(update={"profiles": merged})
        return self._with_data(data)

    def _with_data(self, data: Mapping[str, ScaleData]) -> Self:
        for name, scale in data.items():
            used = {category for profile in scale.profiles.values() for category in profile.bands}
            if scale.kind == "risk" and (unknown := used - self.categories.keys()):
                raise ConfigurationError(
                    "{name}: unknown categories {unknown}", name=name, unknown=sorted(unknown)
                )
        try:
            scales = {name: scale.scale(name) for name, scale in data.items()}
        except ValueError as error:
            raise ConfigurationError(Phrase.of(error)) from error
        return replace(self, data=data, scales=scales)


@cache
def load_scales() -> Scales:
    """Read and check the scales that come with Vigia; once a process.

    Raises:
        ConfigurationError: the data is broken; each problem with file and line.
    """
    return Scales.of(
        read_data(DATA / "scales.yaml", RiskScalesFile),
        read_data(DATA / "wound_scales.yaml", WoundScalesFile),
        read_data(DATA / "child_scales.yaml", ScalesFile),
    )


def score_scale(
    scale_id: str,
    items: Mapping[str, int | None],
    profiles: Iterable[str] | None = None,
    scales: Scales | None = None,
) -> ScaleScore:
    """Score a scale from the points that a person gave.

    Args:
        scale_id: for example `braden`.
        items: points by item name; None or a missing name is a blank item.
        profiles: cut-off profiles to name a category for; None for all of this scale.
        scales: None for those that come with Vigia.

    Raises:
        ConfigurationError: an unknown scale or profile.
        InvalidContextError: an unknown item or points out of range, with the field's path.
    """
    known = (scales or load_scales()).scales
    if scale_id not in known:
        raise ConfigurationError(
            "{name}: unknown scale; known: {known}", name=scale_id, known=", ".join(known)
        )
    scale = known[scale_id]
    wanted = tuple(scale.profiles if profiles is None else profiles)
    for profile in wanted:
        if profile not in scale.profiles:
            listed = ", ".join(scale.profiles) or "none"
            raise ConfigurationError(
                "{name}: unknown profile {profile}; known: {known}",
                name=scale_id,
                profile=profile,
                known=listed,
            )
    return scale.score(items, wanted)


def risk_scale_for(
    age_years: float | None = None,
    gestational_age_weeks: float | None = None,
    age_days: float | None = None,
    given: Collection[str] = (),
    scales: Scales | None = None,
) -> str:
    """Return the id of the risk scale to use for a person.

    A newborn has NSRAS, a child Braden Q, an adult Braden; no age counts as adult.

    Args:
        age_years: age; with 1 or more the newborn's fields are not looked at.
        gestational_age_weeks: recorded for newborns only.
        age_days: day of life; recorded for newborns only.
        given: scales with at least one scored item. Decides at ages for which the sources
            disagree, and lets Norton or EMINA stand in for a scale that nobody filled in.
        scales: None for those that come with Vigia.
    """
    scales = scales or load_scales()
    chosen = _by_age(age_years, gestational_age_weeks, age_days, given, scales.by_age)
    stand_ins = [name for name in scales.fallback if name in given]
    return stand_ins[0] if stand_ins and chosen not in given else chosen


def added_scales_for(
    chosen: str, *, has_device: bool, care_setting: str | None, scales: Scales | None = None
) -> tuple[str, ...]:
    """Return the scales to ask for beside the chosen one: Braden QD with a device, ELPO in surgery.

    Args:
        chosen: the scale for the age.
        has_device: a device is in contact with the skin.
        care_setting: code of the case format; None when unknown.
        scales: None for those that come with Vigia.
    """
    return tuple(
        added.scale
        for added in (scales or load_scales()).added
        if chosen in added.beside
        and (has_device or not added.needs_device)
        and (care_setting in added.care_settings or not added.care_settings)
    )


def _by_age(
    years: float | None,
    weeks: float | None,
    days: float | None,
    given: Collection[str],
    limits: ByAge,
) -> str:
    if (years is None or years < 1) and _is_newborn(weeks, days, limits):
        return limits.newborn
    if years is None or years >= limits.child_below_years:
        return limits.adult
    if years < limits.adult_from_years:
        return limits.child
    # The sources disagree on these ages, so whoever filled in one of the two has chosen.
    return limits.adult if limits.adult in given and limits.child not in given else limits.child


def _is_newborn(weeks: float | None, days: float | None, limits: ByAge) -> bool:
    return weeks is not None if days is None else days <= limits.newborn_max_days
