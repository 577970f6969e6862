"""Broken data is refused when it is read, with the place."""

from pathlib import Path

import pytest

from vigia_detect.clinical.data_file import DATA, read_data
from vigia_detect.clinical.evidence import Evidence
from vigia_detect.clinical.scales import Scales, load_scales, score_scale
from vigia_detect.clinical.scales_model import (
    ProfileData,
    RiskScalesFile,
    ScalesFile,
    WoundScalesFile,
)
from vigia_detect.errors import ConfigurationError

BANDS = "bands: {alto: [6, 12], moderado: [13, 15], bajo: [16, 23]}"
BRADEN = (DATA / "scales.yaml").read_text(encoding="utf-8")
CHILDREN = read_data(DATA / "child_scales.yaml", ScalesFile)
WOUNDS = read_data(DATA / "wound_scales.yaml", WoundScalesFile)


def profile(**bands: tuple[int, int]) -> ProfileData:
    evidence = Evidence(source="our hospital", tag="POL", verified=None)
    return ProfileData(bands=bands, evidence=evidence)


def load(tmp_path: Path, text: str) -> RiskScalesFile:
    path = tmp_path / "scales.yaml"
    path.write_text(text, encoding="utf-8")
    return read_data(path, RiskScalesFile)


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ("bands: {alto: [6, 13], moderado: [13, 15], bajo: [16, 23]}", "moderado is 13-15"),
        ("bands: {alto: [6, 12], moderado: [14, 15], bajo: [16, 23]}", "category is 13"),
        ("bands: {alto: [6, 12], moderado: [13, 15], bajo: [16, 22]}", "bands end at 22"),
        ("bands: {alto: [7, 12], moderado: [13, 15], bajo: [16, 23]}", "category is 6"),
        ("bands: {alto: [6, 12], moderado: [15, 13], bajo: [16, 23]}", "moderado is 15-13"),
        ("bands: {}", "bands end at 5"),
    ],
)
def test_bands_that_overlap_or_leave_gaps_are_refused(
    tmp_path: Path, bands: str, said: str
) -> None:
    assert BANDS in BRADEN
    with pytest.raises(ConfigurationError, match=said):
        load(tmp_path, BRADEN.replace(BANDS, bands))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("points: [1, 3]", "points: [1, 4]", "anchors must be given"),
        ("range: [6, 23]", "range: [6, 24]", r"add up to \(6, 23\)"),
        ("direction: lower_is_worse", "direction: down", "scales.braden.direction"),
        ("kind: risk", "sort: risk", "scales.braden.sort: Extra inputs"),
        ("friction_shear:", "sensory:", "sensory: named twice"),
        ("tag: GK, verified: false", "tag: GK, verified: true", "tag GK needs verified: False"),
        ("points: [1, 4]", 'points: [1, "4"]', "valid integer"),
        ('source: "MINSAL23 p.31"', 'source: ""', "minsal_2023.evidence.source"),
        ("version: 1", "version: {", "not YAML"),
    ],
)
def test_other_mistakes_are_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load(tmp_path, BRADEN.replace(right, wrong, 1))


def test_a_refusal_names_file_and_line(tmp_path: Path) -> None:
    broken = BRADEN.replace("moderado: [13, 15]", 'moderado: ["x", 15]')
    line = 1 + broken[: broken.index('"x"')].count("\n")
    with pytest.raises(ConfigurationError, match=rf"^scales.yaml:{line}: .*moderado.0"):
        load(tmp_path, broken)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_data(tmp_path / "none.yaml", ScalesFile)


def test_a_category_without_a_name_is_refused(tmp_path: Path) -> None:
    file = load(tmp_path, BRADEN.replace("alto: [6, 12]", "grave: [6, 12]", 1))
    with pytest.raises(ConfigurationError, match="grave"):
        Scales.of(file, WOUNDS, CHILDREN)


@pytest.mark.parametrize("right", ["child: braden_q", "fallback: [norton", "beside: [braden"])
def test_a_choice_of_an_unknown_scale_is_refused(tmp_path: Path, right: str) -> None:
    file = load(tmp_path, BRADEN.replace(right, right + "z", 1))
    with pytest.raises(ConfigurationError, match=r"unknown scales: .*z"):
        Scales.of(file, WOUNDS, CHILDREN)


def test_a_scale_given_twice_is_refused() -> None:
    file = read_data(DATA / "scales.yaml", RiskScalesFile)
    with pytest.raises(ConfigurationError, match="given twice: braden, elpo"):
        Scales.of(file, WOUNDS, file)


def test_a_hospital_profile_is_laid_over_ours() -> None:
    ours = load_scales()
    theirs = ours.with_profiles({"braden": {"local": profile(alto=(6, 14), bajo=(15, 23))}})
    items = dict.fromkeys(["sensory", "moisture", "activity", "mobility", "nutrition"], 2)
    score = score_scale("braden", {**items, "friction_shear": 3}, ["local"], theirs)
    assert score.categories == {"local": "alto"}
    assert "local" not in ours.scales["braden"].profiles
    assert {"local", "minsal_2023"} <= theirs.scales["braden"].profiles.keys()


@pytest.mark.parametrize(
    ("scale", "bands", "said"),
    [
        ("braden", {"alto": (6, 14), "bajo": (16, 23)}, "category is 15"),
        ("braden", {"grave": (6, 23)}, "grave"),
        ("bradem", {"alto": (6, 23)}, "unknown scale"),
    ],
)
def test_a_broken_hospital_profile_is_refused(
    scale: str, bands: dict[str, tuple[int, int]], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load_scales().with_profiles({scale: {"local": profile(**bands)}})


@pytest.mark.parametrize(
    ("scale", "profiles", "said"),
    [("bradem", None, "unknown scale"), ("bwat", ["minsal_2023"], "unknown profile")],
)
def test_unknown_scales_and_profiles_are_refused(
    scale: str, profiles: list[str] | None, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        score_scale(scale, {}, profiles)


def test_scales_are_read_once_and_are_frozen() -> None:
    assert load_scales() is load_scales()
    with pytest.raises(ValueError, match="frozen"):
        load_scales().data["braden"].version = "2"


def test_what_is_general_knowledge_is_not_verified() -> None:
    data = load_scales().data
    assert data["braden_qd"].evidence.verified is False
    assert data["norton"].profiles["gneaupp"].evidence.verified is False
    assert data["emina"].profiles["emina"].evidence.verified is False
    assert data["braden"].profiles["minsal_2023"].evidence.verified is True


def test_scales_with_profiles_are_exactly_those_of_the_case_format() -> None:
    profiles = {name: list(scale.profiles) for name, scale in load_scales().scales.items()}
    assert profiles == {
        "braden": ["minsal_2023", "coquimbo_2021", "international"],
        "norton": ["gneaupp"],
        "emina": ["emina"],
        "elpo": ["minsal_2023"],
        "braden_q": ["minsal_2023"],
        "braden_qd": ["curley_2018"],
        "nsras": ["minsal_2023"],
        "push": [],
        "resvech2": [],
        "bwat": [],
        "cl_wound_diagram": ["grado"],
    }
