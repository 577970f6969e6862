"""Which risk scale belongs to whom (facts.md B rule 5)."""

from dataclasses import replace

import pytest

from vigia_detect.clinical.scales import added_scales_for, load_scales, risk_scale_for
from vigia_detect.clinical.scales_model import ByAge
from vigia_detect.domain.scales import Applicability


@pytest.mark.parametrize(
    ("years", "weeks", "days", "scale"),
    [
        (None, 30, 3, "nsras"),
        (None, 38, None, "nsras"),
        (None, None, 28, "nsras"),
        (0, 40, 0, "nsras"),
        (0, 30, 29, "braden_q"),
        (0, None, None, "braden_q"),
        (3, None, None, "braden_q"),
        (4.9, None, None, "braden_q"),
        (17, None, None, "braden_q"),
        (18, None, None, "braden"),
        (82, None, None, "braden"),
        (82, None, 3, "braden"),
        (None, None, None, "braden"),
    ],
)
def test_scale_by_age(
    years: float | None, weeks: float | None, days: float | None, scale: str
) -> None:
    assert risk_scale_for(years, weeks, days) == scale


@pytest.mark.parametrize(
    ("years", "given", "scale"),
    [
        (4, {"braden"}, "braden_q"),
        (5, {"braden"}, "braden"),
        (12, {"braden"}, "braden"),
        (12, {"braden", "braden_q"}, "braden_q"),
        (12, set(), "braden_q"),
        (18, {"braden_q"}, "braden"),
    ],
)
def test_where_sources_disagree_the_filled_in_scale_is_used(
    years: float, given: set[str], scale: str
) -> None:
    assert risk_scale_for(years, given=given) == scale


@pytest.mark.parametrize(
    ("given", "scale"),
    [
        ({"norton"}, "norton"),
        ({"emina"}, "emina"),
        ({"norton", "emina"}, "norton"),
        ({"norton", "braden"}, "braden"),
        ({"elpo"}, "braden"),
    ],
)
def test_norton_or_emina_stand_in_for_an_empty_braden(given: set[str], scale: str) -> None:
    assert risk_scale_for(70, given=given) == scale


def test_a_hospital_can_set_its_own_ages() -> None:
    ours = load_scales()
    theirs = replace(ours, by_age=ours.by_age.model_copy(update={"child_below_years": 5}))
    assert risk_scale_for(5, scales=theirs) == "braden"
    assert risk_scale_for(5) == "braden_q"


@pytest.mark.parametrize(
    ("chosen", "has_device", "place", "added"),
    [
        ("braden_q", True, "icu", ("braden_qd",)),
        ("nsras", True, None, ("braden_qd",)),
        ("braden_q", False, "operating_room", ()),
        ("braden", True, "operating_room", ("elpo",)),
        ("braden", True, "ward", ()),
        ("braden", False, None, ()),
    ],
)
def test_scales_asked_for_beside_the_one_for_the_age(
    chosen: str, place: str | None, added: tuple[str, ...], *, has_device: bool
) -> None:
    assert added_scales_for(chosen, has_device=has_device, care_setting=place) == added


@pytest.mark.parametrize(
    ("scale", "age", "place", "fits"),
    [
        ("elpo", 40, "operating_room", True),
        ("elpo", 17, "operating_room", False),
        ("elpo", 40, "ward", False),
        ("elpo", 40, None, None),
        ("elpo", None, "operating_room", None),
        ("elpo", None, "ward", False),
        ("braden_qd", 21, "icu", True),
        ("braden_qd", 22, None, False),
        ("norton", None, None, True),
    ],
)
def test_applicability_knows_what_it_does_not_know(
    scale: str, age: float | None, place: str | None, *, fits: bool | None
) -> None:
    assert load_scales().scales[scale].applicability.fits(age, place) is fits


def test_applicability_without_limits_fits_all() -> None:
    assert Applicability().fits(None, None) is True


def test_ages_that_leave_one_without_a_scale_are_refused() -> None:
    by_age = load_scales().by_age.model_dump() | {"adult_from_years": 19}
    with pytest.raises(ValueError, match="no age may be without a scale"):
        ByAge(**by_age)
