"""The gate on pictures of patients (drawn, and four of FUSeg) and of everything else."""

from pathlib import Path

import cv2
import drawings
import numpy as np
import pytest
from drawings import blob, photograph, scene
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vigia_detect.adapters.vision.gate import check
from vigia_detect.adapters.vision.quality import QualityChecker
from vigia_detect.adapters.vision.scene import Mask, Pixels, Scene, load_scene
from vigia_detect.testing import SKIN, draw_wound_and_mask

FUSEG = Path(__file__).parents[1] / "data" / "fuseg"
CLAIMS = ((0.5, 0.5, 0.15), (0.4, 0.6, 0.2), (0.65, 0.35, 0.12), (0.3, 0.3, 0.1), (0.5, 0.7, 0.25))


def codes(picture: Scene, wound: Mask | None) -> set[str]:
    return {reason.code for reason in check(picture, wound)}


def usable(picture: Scene, wound: Mask | None) -> bool:
    return not any(reason.stops for reason in check(picture, wound))


def nothing(picture: Scene) -> Mask:
    return np.zeros(picture.rgb.shape[:2], np.bool_)


def fuseg(name: str) -> tuple[Scene, Mask]:
    mask = np.asarray(Image.open(FUSEG / "masks" / f"{name}.png").convert("L")) > 0
    return load_scene((FUSEG / "images" / f"{name}.jpg").read_bytes()), mask


def refused_whatever_is_claimed(pixels: Pixels) -> bool:
    picture = scene(pixels)
    claims: list[Mask | None] = [nothing(picture), *(blob(pixels, *claim) for claim in CLAIMS)]
    return not any(usable(picture, claim) for claim in claims)


@pytest.mark.parametrize("skin", range(len(SKIN)))
@pytest.mark.parametrize("seed", [1, 9, 17])
def test_a_wound_passes_on_every_skin(skin: int, seed: int) -> None:
    raw, mask = draw_wound_and_mask(seed, skin=skin)
    assert codes(load_scene(raw), mask) == set()


@pytest.mark.parametrize("skin", range(len(SKIN)))
def test_skin_without_a_wound_is_no_healthy_skin(skin: int) -> None:
    raw, mask = draw_wound_and_mask(2, skin=skin)
    found = QualityChecker().examine(load_scene(raw), np.zeros_like(mask))
    assert (found["usable"], found["problems"]) == (False, ["no_wound"])
    assert "no significa piel sana" in str(found["quality"])


@pytest.mark.parametrize("name", ["0154", "0254", "0332", "0555"])
def test_real_wounds_pass_and_are_minded(name: str) -> None:
    picture, mask = fuseg(name)
    assert usable(picture, mask)
    assert usable(picture, None)
    assert ("several_wounds" in codes(picture, mask)) == (name == "0254")
    assert "no_wound" in codes(picture, nothing(picture))


@pytest.mark.parametrize("name", [*drawings.PHOTOGRAPHS, "china.jpg", "flower.jpg"])
def test_what_shows_no_skin_is_refused_whatever_a_model_claims(name: str) -> None:
    assert refused_whatever_is_claimed(photograph(name))


@pytest.mark.parametrize("name", ["chelsea.png", "motorcycle_left.png"])
def test_fur_and_beige_walls_are_refused_unless_a_mark_follows_an_edge(name: str) -> None:
    assert refused_whatever_is_claimed(photograph(name))


@pytest.mark.parametrize("sunset", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_landscape_is_refused(seed: int, *, sunset: bool) -> None:
    assert refused_whatever_is_claimed(drawings.landscape(seed, sunset=sunset))


def test_a_page_is_refused_and_its_text_is_minded() -> None:
    assert refused_whatever_is_claimed(drawings.page(1))
    assert "text" in codes(scene(drawings.page(1)), None)
    assert "text" in codes(scene(np.rot90(drawings.page(1)).copy()), None)


@settings(max_examples=12, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3), st.sampled_from(CLAIMS))
def test_a_plain_colour_is_refused(
    colour: tuple[int, int, int], claim: tuple[float, float, float]
) -> None:
    pixels = drawings.plain(colour)
    assert not usable(scene(pixels), blob(pixels, *claim))
    assert not usable(scene(pixels), nothing(scene(pixels)))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_noise_and_gradients_are_refused(seed: int, cell: int) -> None:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (360 // cell + 1, 480 // cell + 1, 3)).astype(np.uint8)
    noise = cv2.resize(coarse, (480, 360), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    ends = rng.uniform(0, 255, (2, 3))
    fade = np.linspace(ends[0], ends[1], 480)[None].repeat(360, axis=0)
    assert not usable(scene(noise), nothing(scene(noise)))
    assert not usable(scene(fade), blob(scene(fade).rgb, *CLAIMS[0]))


def test_tissue_that_fills_the_frame_needs_no_skin() -> None:
    rng = np.random.default_rng(0)
    coarse = rng.normal(1, 0.3, (60, 80, 1)) * np.array([168, 40, 42])
    tissue = Image.fromarray(np.uint8(coarse.clip(0, 255))).resize((480, 360))
    picture = scene(np.asarray(tissue))
    assert usable(picture, ~nothing(picture))
    assert usable(picture, None)
    assert codes(picture, nothing(picture)) == {"no_skin"}


def test_a_face_stops_as_the_rules_say() -> None:  # D-C1
    found = check(scene(photograph("astronaut.png")), None)
    assert [(r.code, r.problem, r.stops) for r in found] == [("face", "face", True)]


@pytest.mark.parametrize("colour", [(238, 238, 232), (70, 110, 190)])
def test_a_patch_on_skin_is_a_dressing(colour: tuple[int, int, int]) -> None:
    raw, mask = draw_wound_and_mask(2, skin=2)
    covered = load_scene(raw).rgb.copy()
    rows, columns = np.nonzero(mask)
    covered[rows.min() - 8 : rows.max() + 8, columns.min() - 8 : columns.max() + 8] = colour
    picture = scene(drawings.grain(1, covered))
    assert codes(picture, nothing(picture)) == {"dressing_on"}


def test_a_purple_area_on_intact_skin_has_its_own_words() -> None:
    skin = drawings.grain(3, np.full((360, 480, 3), SKIN[1]), 14)
    bruise = skin * 1.0
    bruise[blob(skin, 0.5, 0.5, 0.25)] *= (0.75, 0.5, 0.72)
    assert codes(scene(bruise), nothing(scene(bruise))) == {"no_wound", "discoloured_skin"}
    assert codes(scene(skin), nothing(scene(skin))) == {"no_wound"}
