import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigia_detect.adapters.vision.constancy import Patches, corrected, judge_light
from vigia_detect.adapters.vision.skin_tone import healthy_skin, skin_tone, tone_of
from vigia_detect.adapters.vision.tissue import TISSUES, UNCERTAIN, Bed, find_tissue
from vigia_detect.testing import PARTS, SKIN, DrawnWound, draw_wound_parts

WHITE, WARM, COLD, DIM, NIGHT, SODIUM = (
    (1, 1, 1),
    (1.25, 1, 0.7),
    (0.85, 1, 1.25),
    (0.5, 0.5, 0.5),
    (0.06, 0.06, 0.06),
    (1.2, 0.5, 0.05),
)
MIXES = (
    ("granulation", "slough", "necrosis"),
    ("granulation", "epithelial"),
    ("purple", "necrosis"),
    tuple(PARTS),
)


def bed_of(mix: tuple[str, ...], seed: int = 1, **kind: object) -> tuple[DrawnWound, Bed]:
    drawn = draw_wound_parts(seed, mix, **kind)
    return drawn, find_tissue(drawn.rgb, drawn.mask)


@pytest.mark.parametrize("skin", range(len(SKIN)))
@pytest.mark.parametrize("mix", MIXES)
def test_known_composition_is_found_on_every_skin_in_white_light(
    mix: tuple[str, ...], skin: int
) -> None:
    drawn, bed = bed_of(mix, skin=skin)
    for name in TISSUES:
        assert bed.shares[name] == pytest.approx(drawn.shares.get(name, 0), abs=0.12)


@pytest.mark.parametrize("light", [WHITE, WARM, COLD, DIM, NIGHT, SODIUM])
@pytest.mark.parametrize("skin", range(len(SKIN)))
def test_no_light_makes_a_tissue_seem_more_than_it_is(
    light: tuple[float, float, float], skin: int
) -> None:
    for seed, mix in enumerate(MIXES):
        drawn, bed = bed_of(mix, seed, skin=skin, light=light)
        for name in TISSUES:
            assert bed.shares[name] <= drawn.shares.get(name, 0) + 0.05


def test_shares_and_uncertain_sum_to_one_and_count_the_labels() -> None:
    drawn, bed = bed_of(MIXES[0])
    assert sum(bed.shares.values()) + bed.uncertain == pytest.approx(1)
    assert not bed.labels[~drawn.mask].any()
    assert bed.labels[drawn.mask].min() >= 1
    slough = (bed.labels[drawn.mask] == 1 + TISSUES.index("slough")).mean()
    assert bed.shares["slough"] == pytest.approx(slough)


def test_uncertain_grows_with_bad_light() -> None:
    white, warm, night = (bed_of(MIXES[3], light=light)[1] for light in (WHITE, WARM, NIGHT))
    assert white.uncertain < 0.1 < warm.uncertain < night.uncertain
    assert night.uncertain > 0.95


def test_reflections_are_uncertain() -> None:
    drawn = draw_wound_parts(1, ("granulation",))
    wet = drawn.rgb.copy()
    rows, columns = np.nonzero(drawn.mask)
    middle = (slice(int(rows.mean()) - 15, int(rows.mean()) + 15),)
    middle += (slice(int(columns.mean()) - 15, int(columns.mean()) + 15),)
    wet[middle] = 255
    labels = find_tissue(wet, drawn.mask).labels[middle]
    assert (labels == UNCERTAIN).mean() > 0.9


def test_skin_taken_in_by_the_outline_is_no_tissue() -> None:
    drawn = draw_wound_parts(2, ("granulation",), skin=3)
    rows, columns = np.nonzero(drawn.mask)
    wide = np.zeros_like(drawn.mask)
    wide[rows.min() : rows.max() + 3, columns.min() : columns.max() + 3] = True
    bed = find_tissue(drawn.rgb, drawn.mask | wide)
    assert bed.shares["slough"] + bed.shares["necrosis"] < 0.1


def test_a_card_takes_a_cast_back_that_skin_cannot() -> None:
    drawn = draw_wound_parts(1, MIXES[3], light=(0.9, 0.4, 0.2))
    known = np.array([(255, 255, 255), (170, 170, 170), (85, 85, 85)], np.float32)
    seen = 255 * (known / 255) * np.array((0.9, 0.4, 0.2), np.float32) ** (1 / 2.2)
    without = find_tissue(drawn.rgb, drawn.mask)
    bed = find_tissue(drawn.rgb, drawn.mask, Patches(seen, known))
    assert (bed.light.reference, bed.skin.calibrated) == ("card", True)
    assert bed.uncertain < 0.2 < without.uncertain


def test_a_burnt_or_black_card_is_not_used() -> None:
    drawn = draw_wound_parts(1, ("slough",))
    card = Patches(np.full((3, 3), 255, np.float32), np.full((3, 3), 255, np.float32))
    assert find_tissue(drawn.rgb, drawn.mask, card).light.reference == "skin"


def test_the_light_is_judged_by_the_picture_when_no_skin_is_seen() -> None:
    drawn = draw_wound_parts(1, ("slough",))
    sheet = np.where(drawn.mask[..., None], drawn.rgb, np.uint8(210))
    bed = find_tissue(sheet, drawn.mask)
    assert bed.light.reference == "grey_world"
    assert (bed.skin.ita, bed.skin.tone) == (None, None)


def test_white_light_is_left_as_it_is() -> None:
    drawn = draw_wound_parts(1, ("slough",), skin=1)
    skin = healthy_skin(drawn.rgb, drawn.mask)
    assert not (skin & drawn.mask).any()
    light = judge_light(drawn.rgb, drawn.mask, skin)
    assert np.abs(corrected(drawn.rgb, light).astype(int) - drawn.rgb).mean() < 3


def test_tones_of_skin_fall_in_order_and_bad_light_gives_none() -> None:
    angles = []
    for skin in range(len(SKIN)):
        _, bed = bed_of(("granulation",), skin=skin)
        angles.append(bed.skin.ita)
    assert angles == sorted(angles, reverse=True)
    assert bed_of(("granulation",), skin=0, light=NIGHT)[1].skin.tone is None


def test_angle_of_a_known_colour() -> None:
    """L* 70 and b* 20 make atan(20 / 20) = 45 degrees."""
    rgb = np.full((40, 40, 3), (196, 166, 134), np.uint8)  # L* 70.0, a* 7.1, b* 20.4
    everywhere = np.ones((40, 40), np.bool_)
    light = judge_light(rgb, ~everywhere, everywhere)
    assert skin_tone(rgb, everywhere, light).ita == pytest.approx(45, abs=1.5)


@pytest.mark.parametrize(
    ("ita", "tone"),
    [
        (56, "very_light"),
        (55, "light"),
        (41, "intermediate"),
        (28, "tan"),
        (10, "brown"),
        (-30, "dark"),
        (-90, "dark"),
    ],
)
def test_groups_of_the_angle(ita: float, tone: str) -> None:
    assert tone_of(ita) == tone


@pytest.mark.parametrize("shape", [(10, 12), (10, 10, 4), (9, 10, 3)])
def test_pictures_that_do_not_fit_the_mask_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        find_tissue(np.zeros(shape, np.uint8), np.ones((10, 10), np.bool_))


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(ValueError, match="no wound"):
        find_tissue(np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9), np.bool_))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 255])
)
def test_any_picture_gives_shares_that_sum_to_one(
    height: int, width: int, seed: int, kind: int
) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 256, (height, width, 3), np.uint8)
    rgb = noise if kind == 1 else np.full((height, width, 3), kind, np.uint8)
    wound = rng.random((height, width)) < rng.random()
    wound[0, 0] = True
    bed = find_tissue(rgb, wound)
    assert sum(bed.shares.values()) + bed.uncertain == pytest.approx(1)
    assert ((bed.labels > 0) == wound).all()
