"""Every test vector of facts.md B.1 to B.7."""

import pytest

from vigia_detect.clinical.scales import load_scales, score_scale
from vigia_detect.errors import InvalidContextError

BRADEN = ("sensory", "moisture", "activity", "mobility", "nutrition", "friction_shear")
BRADEN_QD = (
    "mobility",
    "sensory",
    "friction_shear",
    "nutrition",
    "tissue_perfusion",
    "devices",
    "device_protection",
)


def in_order(scale: str) -> tuple[str, ...]:
    return tuple(item.name for item in load_scales().scales[scale].items)


@pytest.mark.parametrize(
    ("points", "total", "minsal", "coquimbo", "international"),
    [
        ((4, 4, 4, 4, 4, 3), 23, "bajo", "bajo", "sin_riesgo"),
        ((1, 1, 1, 1, 1, 1), 6, "alto", "alto", "muy_alto"),
        ((2, 2, 1, 1, 2, 1), 9, "alto", "alto", "muy_alto"),
        ((3, 2, 2, 2, 2, 1), 12, "alto", "alto", "alto"),
        ((3, 3, 2, 2, 2, 1), 13, "moderado", "moderado", "moderado"),
        ((3, 3, 2, 2, 3, 2), 15, "moderado", "bajo", "leve"),
        ((3, 4, 2, 3, 3, 2), 17, "bajo", "bajo", "leve"),
        ((4, 4, 3, 3, 2, 2), 18, "bajo", "bajo", "leve"),
        ((4, 4, 3, 3, 3, 2), 19, "bajo", "bajo", "sin_riesgo"),
    ],
)
def test_braden_in_its_three_profiles(
    points: tuple[int, ...], total: int, minsal: str, coquimbo: str, international: str
) -> None:
    score = score_scale("braden", dict(zip(BRADEN, points, strict=True)))
    assert score.total == total
    assert score.possible == (total, total)
    assert score.categories == {
        "minsal_2023": minsal,
        "coquimbo_2021": coquimbo,
        "international": international,
    }


def test_braden_friction_has_no_fourth_point() -> None:
    with pytest.raises(InvalidContextError) as caught:
        score_scale("braden", dict(zip(BRADEN, (3, 3, 2, 2, 3, 4), strict=True)))
    (problem,) = caught.value.problems
    assert problem.path == "patient_context.scales.braden.friction_shear"
    assert "1 to 3" in problem.allowed


def test_braden_with_a_blank_item_is_incomplete() -> None:
    items = dict(zip(BRADEN, (3, 3, 2, 2, None, 2), strict=True))
    score = score_scale("braden", items)
    assert score.total is None
    assert score.incomplete
    assert score.categories == {}
    assert score.possible == (13, 16)
    assert score.missing_items == ("nutrition",)


@pytest.mark.parametrize(
    ("scale", "profile", "points", "total", "category"),
    [
        ("norton", "gneaupp", (4, 4, 4, 4, 4), 20, "sin_riesgo"),
        ("norton", "gneaupp", (2, 2, 2, 2, 2), 10, "alto"),
        ("norton", "gneaupp", (1, 1, 1, 1, 1), 5, "muy_alto"),
        ("norton", "gneaupp", (3, 3, 3, 3, 2), 14, "moderado"),
        ("braden_q", "minsal_2023", (4,) * 7, 28, "bajo"),
        ("braden_q", "minsal_2023", (2,) * 7, 14, "alto"),
        ("braden_q", "minsal_2023", (3, 2, 2, 3, 2, 3, 2), 17, "moderado"),
        ("braden_q", "minsal_2023", (3,) * 7, 21, "moderado"),
        ("braden_q", "minsal_2023", (3, 3, 3, 3, 3, 3, 4), 22, "bajo"),
        ("nsras", "minsal_2023", (1,) * 6, 6, "alto"),
        ("nsras", "minsal_2023", (2,) * 6, 12, "alto"),
        ("nsras", "minsal_2023", (2, 2, 2, 2, 2, 3), 13, "moderado"),
        ("nsras", "minsal_2023", (3, 3, 3, 3, 3, 2), 17, "moderado"),
        ("nsras", "minsal_2023", (3,) * 6, 18, "bajo"),
        ("elpo", "minsal_2023", (1, 4, 4, 3, 2, 3, 4), 21, "alto"),
        ("elpo", "minsal_2023", (1, 4, 4, 3, 2, 3, 3), 20, "alto"),
        ("elpo", "minsal_2023", (1, 4, 4, 3, 2, 2, 3), 19, "bajo"),
        ("emina", "emina", (0, 0, 0, 0, 0), 0, "sin_riesgo"),
        ("emina", "emina", (1, 1, 0, 1, 0), 3, "bajo"),
        ("emina", "emina", (1, 1, 1, 1, 0), 4, "moderado"),
        ("emina", "emina", (2, 2, 2, 2, 2), 10, "alto"),
    ],
)
def test_other_scales(
    scale: str, profile: str, points: tuple[int, ...], total: int, category: str
) -> None:
    score = score_scale(scale, dict(zip(in_order(scale), points, strict=True)))
    assert (score.total, score.categories) == (total, {profile: category})


@pytest.mark.parametrize(
    ("points", "total", "category"),
    [
        ((1, 1, 1, 1, 1, 5, 1), 11, "bajo"),
        ((2, 2, 1, 1, 1, 6, 2), 15, "alto"),
        ((2, 2, 1, 1, 1, 5, 1), 13, "alto"),
        ((2, 2, 1, 1, 1, 4, 1), 12, "bajo"),
    ],
)
def test_braden_qd_counts_devices_and_is_high_from_13(
    points: tuple[int, ...], total: int, category: str
) -> None:
    score = score_scale("braden_qd", dict(zip(BRADEN_QD, points, strict=True)))
    assert (score.total, score.categories) == (total, {"curley_2018": category})


@pytest.mark.parametrize(
    ("scale", "total"),
    [
        ("braden", 18),
        ("norton", 14),
        ("braden_q", 16),
        ("braden_qd", 13),
        ("elpo", 20),
        ("emina", 4),
    ],
)
def test_the_at_risk_threshold_is_that_of_the_source(scale: str, total: int) -> None:
    at_risk = load_scales().data[scale].at_risk
    assert at_risk is not None
    assert at_risk.total == total
