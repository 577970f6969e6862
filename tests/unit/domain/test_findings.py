import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.findings import (
    ClassPrediction,
    ModelUsed,
    PictureFindings,
    Size,
    SkinColour,
    Tissue,
    TissueShares,
    Wound,
)

NUMBERS = st.floats(0.01, 100)
SIZES = st.builds(Size, NUMBERS, NUMBERS, NUMBERS, st.none() | st.floats(0, 80))


@st.composite
def shares(draw: st.DrawFn) -> TissueShares:
    parts = draw(st.lists(st.floats(0, 1), min_size=6, max_size=6).filter(lambda p: sum(p) > 0.1))
    return TissueShares(*(part / sum(parts) for part in parts))


WOUNDS = st.builds(
    Wound,
    st.floats(0.001, 1),
    st.integers(1, 9),
    st.none() | shares(),
    st.none() | SIZES,
    st.none() | st.text(max_size=9),
)
OWN = ClassPrediction(
    {"stage_2": 0.7, "stage_3": 0.2}, ("stage_2",), ModelUsed("ours-3", "sha256:1")
)
FINDINGS = st.builds(
    PictureFindings,
    usable=st.booleans(),
    problems=st.sampled_from([(), ("blur",), ("dark", "no_scale")]),
    wound=st.none() | WOUNDS,
    intact_skin=st.none() | st.sampled_from([(), (SkinColour.RED,), (SkinColour.PURPLE,)]),
    model=st.none() | st.just(ModelUsed("wound-segmenter-1", "sha256:00")),
    prediction=st.none() | st.just(OWN),
    quality=st.just({"measures": {"focus": 3.2}}),
)


@given(FINDINGS)
def test_findings_come_back_from_json_as_they_went(found: PictureFindings) -> None:
    assert PictureFindings.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_what_nobody_looked_for_is_null_and_not_an_empty_list() -> None:
    assert PictureFindings(usable=True).to_json()["findings"] == {
        "wound": None,
        "intact_skin": None,
    }


@pytest.mark.parametrize(
    "parts", [{"slough": 0.5}, {"slough": 1.2, "necrosis": -0.2}, {"slough": float("nan")}, {}]
)
def test_shares_that_are_none_are_refused(parts: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="make 1"):
        TissueShares(**parts)


@pytest.mark.parametrize("measures", [(0, 1, 1), (1, -1, 1), (1, 1, 0), (float("inf"), 1, 1)])
def test_a_wound_without_extent_has_no_size(measures: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Size(*measures)


@pytest.mark.parametrize(("share", "parts"), [(0, 1), (1.1, 1), (0.1, 0)])
def test_a_wound_is_some_part_of_the_picture(share: float, parts: int) -> None:
    with pytest.raises(ValueError, match="some part"):
        Wound(share, parts)


def test_every_tissue_has_a_share() -> None:
    shares = TissueShares(granulation=0.6, necrosis=0.3, uncertain=0.1)
    assert [shares.of(tissue) for tissue in Tissue] == [0.6, 0, 0.3, 0, 0]
