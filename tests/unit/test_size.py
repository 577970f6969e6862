from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigia_detect.adapters.vision.marker import STICKER_MM, find_plane
from vigia_detect.adapters.vision.size import REASONS, Measured, measure_size
from vigia_detect.adapters.vision.sticker import draw_sticker, read_patches
from vigia_detect.adapters.vision.tissue import find_tissue
from vigia_detect.testing import Photographed, Scenery, photograph

STICKER = draw_sticker("es")
PLAIN = Scenery()


def shot(scenery: Scenery, seed: int = 0) -> Photographed:
    return photograph(scenery, STICKER, STICKER_MM, seed=seed)


def measured(scenery: Scenery) -> Measured:
    photo = shot(scenery)
    return measure_size(photo.rgb, photo.mask)


def scenery(rng: np.random.Generator) -> Scenery:
    """Return any scenery that a nurse could photograph: tilted up to 30 degrees about any axis."""
    focal = float(rng.choice([0.7, 0.75, 0.8, 1.5]))
    return Scenery(
        bumps=rng.uniform(0, 0.3),
        wound_mm=(rng.uniform(25, 60), rng.uniform(75, 95)),
        radii_mm=(rng.uniform(8, 25), rng.uniform(10, 24)),
        distance_mm=rng.uniform(290, 500) * focal,
        focal=focal,
        tilt=rng.uniform(0, 30),
        axis=rng.uniform(0, 360),
        turn=rng.uniform(-180, 180),
        blur=rng.uniform(0.3, 1.2),
        noise=rng.uniform(1, 6),
    )


@pytest.mark.parametrize(
    "count", [12, pytest.param(64, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_size_in_rendered_photographs_is_right(count: int) -> None:
    rng = np.random.default_rng(7)
    areas, sides = [], []
    for seed in range(count):
        photo = shot(scenery(rng), seed)
        size = measure_size(photo.rgb, photo.mask).size
        assert size is not None
        areas.append(abs(size.area_cm2 / photo.area_cm2 - 1))
        sides.append(abs(size.length_cm / photo.length_cm - 1))
        sides.append(abs(size.width_cm / photo.width_cm - 1))
    assert np.median(areas) <= 0.03
    assert max(areas) <= 0.10
    assert np.median(sides) <= 0.03
    assert max(sides) <= 0.10


def test_length_is_head_to_toe_however_the_camera_is_turned() -> None:
    for turn in (0, 90, 200):
        size = measured(replace(PLAIN, radii_mm=(25, 15), turn=turn)).size
        assert size.length_cm == pytest.approx(3, rel=0.03)
        assert size.width_cm == pytest.approx(5, rel=0.03)


def test_lines_lie_in_the_picture_along_the_wound() -> None:
    size = measured(PLAIN).size
    (x1, y1), (x2, y2) = size.length_line
    assert abs(x1 - x2) < 3 < abs(y1 - y2)
    (x1, y1), (x2, y2) = size.width_line
    assert abs(y1 - y2) < 3 < abs(x1 - x2)


@pytest.mark.parametrize(
    ("scenery", "reason"),
    [
        (replace(PLAIN, distance_mm=800), "marker_too_small"),
        (replace(PLAIN, tilt=52, axis=90), "too_tilted"),
        (replace(PLAIN, wound_mm=(42, 180), distance_mm=500), "marker_far"),
        (replace(PLAIN, wound_mm=(42, 62)), "marker_covered"),
        (replace(PLAIN, wound_mm=(42, 130), distance_mm=150), None),
    ],
)
def test_a_sticker_that_cannot_be_trusted_gives_no_size(
    scenery: Scenery, reason: str | None
) -> None:
    found = measured(scenery)
    assert found.size is None
    assert found.reason in REASONS
    assert reason in {None, found.reason}


def painted(photo: Photographed, part: slice, colour: int = 128) -> np.ndarray:
    rgb = photo.rgb.copy()
    rgb[:, part] = colour
    return rgb


def test_a_covered_marker_gives_no_size() -> None:
    photo = shot(PLAIN)
    half = photo.rgb.shape[1] // 2
    one = measure_size(painted(photo, slice(half, None)), photo.mask)
    none = measure_size(painted(photo, slice(None)), photo.mask)
    assert (one.reason, none.reason) == ("marker_covered", "no_marker")


def test_two_stickers_give_no_size() -> None:
    photo = shot(replace(PLAIN, distance_mm=420))
    twice = np.concatenate([photo.rgb, photo.rgb])
    mask = np.concatenate([photo.mask, photo.mask & False])
    assert measure_size(twice, mask).reason == "several_stickers"


def test_a_sticker_printed_with_markers_of_different_size_gives_no_size() -> None:
    wrong = STICKER.copy()
    wide, high = wrong.size
    right = wrong.crop((wide * 56 // 84, high // 20, wide * 82 // 84, high * 27 // 44))
    small = right.resize((right.width * 4 // 5, right.height * 4 // 5))
    wrong.paste((255, 255, 255), (wide * 56 // 84, 2, wide - 3, high * 27 // 44))
    wrong.paste(small, (wide * 56 // 84, high // 20))
    photo = photograph(PLAIN, wrong, STICKER_MM)
    assert measure_size(photo.rgb, photo.mask).reason == "markers_disagree"


def test_a_wound_cut_by_the_frame_gives_no_size() -> None:
    photo = shot(PLAIN)
    mask = photo.mask.copy()
    mask[np.flatnonzero(mask.any(axis=1))[0] :, 500] = True
    assert measure_size(photo.rgb, mask).reason == "wound_cut_off"


def test_no_wound_gives_no_size() -> None:
    photo = shot(PLAIN)
    assert measure_size(photo.rgb, photo.mask & False).reason == "no_wound"


def test_only_the_largest_wound_is_measured() -> None:
    photo = shot(PLAIN)
    both = photo.mask.copy()
    both[-30:-20, 10:20] = True
    assert measure_size(photo.rgb, both) == measure_size(photo.rgb, photo.mask)


def test_the_stickers_greys_take_the_light_back() -> None:
    photo = shot(replace(PLAIN, light=(0.9, 0.5, 0.25)))
    card = read_patches(photo.rgb, find_plane(photo.rgb))
    bed = find_tissue(photo.rgb, photo.mask, card)
    assert bed.light.reference == "card"
    assert bed.light.gains == pytest.approx((1 / 0.9, 1 / 0.5, 1 / 0.25), rel=0.15)
    assert bed.shares["granulation"] > 0.9
    assert bed.uncertain <= find_tissue(photo.rgb, photo.mask).uncertain + 0.01


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_noise_is_no_sticker(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (height, width, 3), np.uint8)
    wound = rng.random((height, width)) < 0.5
    found = measure_size(rgb, wound)
    assert found.size is None
    assert found.reason in {"no_marker", "no_wound"}


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        measure_size(np.zeros((9, 9, 3), np.uint8), np.ones((9, 8), np.bool_))


def test_a_bent_sticker_gives_no_size() -> None:
    """Its right half is pulled up by 3 mm, as on a heel."""
    bent = STICKER.copy()
    wide, high = bent.size
    half = bent.crop((wide // 2, 0, wide, high))
    bent.paste((255, 255, 255), (wide // 2, 0, wide, high))
    bent.paste(half, (wide // 2, -round(high * 3 / 44)))
    photo = photograph(PLAIN, bent, STICKER_MM)
    assert measure_size(photo.rgb, photo.mask).reason == "markers_disagree"
