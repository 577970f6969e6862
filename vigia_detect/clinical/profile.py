"""A hospital's own profile: cut-offs, numbers, times and contacts laid over ours.

The shipped files stay as they are. What does not fit is refused at load, with file and line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from pydantic import Field

from vigia_detect.clinical.data_file import DataModel, line_in, read_data
from vigia_detect.clinical.data_model import Limit, LimitsFile
from vigia_detect.clinical.evidence import Evidence
from vigia_detect.clinical.inputs.suggest import nearest
from vigia_detect.clinical.scales import Scales
from vigia_detect.clinical.scales_model import ByAge, ProfileData
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase

MAIN_SCALE = "braden"
PROBABILITIES = ("tau_low", "tau_high", "plausible")


class ProfileFile(DataModel):
    """A hospital's profile.

    Attributes:
        profile: its name.
        version: its version, shown beside that of our rules.
        category_profile: the cut-offs that the risk category starts from.
        limits: numbers that replace ours, by name.
        cutoffs: cut-offs of scales, by scale and profile name.
        by_age: ages that choose the risk scale.
        contacts: whom to reach, by urgency.
    """

    profile: str = Field(min_length=1)
    version: str = Field(min_length=1)
    category_profile: str | None = None
    limits: dict[str, float] = Field(default_factory=dict)
    cutoffs: dict[str, dict[str, ProfileData]] = Field(default_factory=dict)
    by_age: ByAge | None = None
    contacts: dict[Urgency, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Settled:
    """Our numbers with a hospital's laid over them."""

    name: str
    version: str
    category_profile: str
    limits: LimitsFile
    scales: Scales
    contacts: Mapping[Urgency, str]


def without_profile(limits: LimitsFile, scales: Scales) -> Settled:
    """Return our own numbers."""
    return Settled("", "", limits.profile, limits, scales, {})


def lay_over(path: Path, limits: LimitsFile, scales: Scales) -> Settled:
    """Return our numbers with those of a hospital's file laid over them.

    Raises:
        ConfigurationError: the file cannot be read, or something in it does not fit; with the line.
    """
    own = read_data(path, ProfileFile)
    chosen = own.category_profile or limits.profile
    merged = _scales(path, own, scales)
    if chosen not in merged.scales[MAIN_SCALE].profiles:
        known = ", ".join(merged.scales[MAIN_SCALE].profiles)
        _refuse(
            path,
            ("category_profile",),
            Phrase(
                "no cut-offs {chosen!r} for {main_scale}: {known}",
                chosen=chosen,
                main_scale=MAIN_SCALE,
                known=known,
            ),
        )
    return Settled(
        own.profile, own.version, chosen, _limits(path, own, limits), merged, own.contacts
    )


def _limits(path: Path, own: ProfileFile, ours: LimitsFile) -> LimitsFile:
    source = Evidence(source=f"perfil {own.profile} {own.version}", tag="POL", verified=None)
    merged = dict(ours.limits)
    for name, value in own.limits.items():
        if name not in merged:
            _refuse(
                path,
                ("limits", name),
                Phrase("no limit {name}; {hint}", name=name, hint=nearest(name, merged)),
            )
        if value < 0 or (name in PROBABILITIES and value > 1):
            _refuse(path, ("limits", name), Phrase("{name} is out of range", name=name))
        merged[name] = Limit(value=value, evidence=source)
    if merged["tau_low"].value > merged["tau_high"].value:
        _refuse(path, ("limits",), Phrase("tau_low is above tau_high"))
    return ours.model_copy(update={"limits": merged})


def _scales(path: Path, own: ProfileFile, scales: Scales) -> Scales:
    for name, profiles in own.cutoffs.items():
        try:
            scales = scales.with_profiles({name: profiles})
        except ConfigurationError as error:
            _refuse(path, ("cutoffs", name), error.phrase)
    return scales if own.by_age is None else replace(scales, by_age=own.by_age)


def _refuse(path: Path, place: tuple[str, ...], problem: Phrase) -> NoReturn:
    raise ConfigurationError(
        "{line}: {place}: {problem}",
        line=line_in(path, place),
        place=".".join(place),
        problem=problem,
    )
