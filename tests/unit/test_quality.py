import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vigia_detect.adapters.vision.measures import Measures, measure
from vigia_detect.adapters.vision.picture import PillowReader
from vigia_detect.adapters.vision.quality import QualityChecker
from vigia_detect.adapters.vision.reasons import REASONS
from vigia_detect.adapters.vision.scene import load_scene
from vigia_detect.adapters.vision.thresholds import Thresholds
from vigia_detect.errors import CorruptDataError
from vigia_detect.testing import SKIN, draw_wound

CHECKER = QualityChecker()
# vocabulary of the case format
PROBLEMS = {
    *("blur", "dark", "no_wound", "dressing_on", "several_wounds", "face", "other_person"),
    *("no_scale", "out_of_distribution"),
}
FAULTS = ("out_of_focus", "too_coarse", "too_dark", "burnt_out", "no_colour", "coloured_light")
STOPS = {*FAULTS, "no_skin", "unlike_wound", "dressing_on", "no_wound", "face"}


def jpeg(pixels: object) -> bytes:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(np.uint8(pixels))  # type: ignore[arg-type]
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95)
    return file.getvalue()


def examine(raw: bytes) -> dict[str, Any]:
    return CHECKER.examine(load_scene(raw), None)


def measure_of(raw: bytes) -> Measures:
    return measure(load_scene(raw))


def quality(raw: bytes) -> dict[str, Any]:
    part = examine(raw)["quality"]
    assert isinstance(part, dict)
    return part


def reasons(raw: bytes) -> list[str]:
    return [reason["code"] for reason in quality(raw)["reasons"]]


def opened(seed: int = 1, **options: float) -> Image.Image:
    return Image.open(io.BytesIO(draw_wound(seed, **options)))  # type: ignore[arg-type]


@pytest.mark.parametrize("skin", range(len(SKIN)))
@pytest.mark.parametrize("seed", range(6))
def test_an_ordinary_photograph_passes_on_every_skin(skin: int, seed: int) -> None:
    found = examine(draw_wound(seed, skin=skin))
    assert (found["usable"], found["problems"]) == (True, [])


def test_no_class_is_proposed_and_what_was_not_looked_for_is_said() -> None:
    found = examine(draw_wound(1))
    assert "candidates" not in found
    assert "error" not in found
    assert "no_wound" in quality(draw_wound(1))["not_assessed"]


@pytest.mark.parametrize("skin", range(len(SKIN)))
def test_a_blurred_photograph_fails_on_every_skin(skin: int) -> None:
    for seed in range(4):
        assert reasons(draw_wound(seed, skin=skin, blur=10)) == ["out_of_focus"]


def test_blur_is_seen_through_the_noise_of_the_sensor() -> None:
    blurred = np.asarray(opened(blur=12)).astype(float)
    noise = np.random.default_rng(1).normal(0, 4, blurred.shape)
    assert reasons(jpeg((blurred + noise).clip(0, 255))) == ["out_of_focus"]


@pytest.mark.parametrize("skin", range(len(SKIN)))
def test_a_dark_photograph_fails_on_every_skin(skin: int) -> None:
    assert reasons(draw_wound(3, skin=skin, light=0.12)) == ["too_dark"]


def test_the_darkest_skin_may_fill_the_frame() -> None:
    skin = opened(2, skin=5).crop((0, 0, 300, 300))
    assert measure_of(jpeg(skin)).light_part < 70
    assert "too_dark" not in reasons(jpeg(skin))


def test_a_wound_lit_by_flash_in_a_dark_room_is_not_dark() -> None:
    night = Image.new("RGB", (1000, 1000), (26, 26, 26))
    night.paste(opened(1, skin=2).resize((400, 300)), (300, 300))
    assert measure_of(jpeg(night)).mean < 45
    assert "too_dark" not in reasons(jpeg(night))


@pytest.mark.parametrize("grey", [0, 90, 128, 200])
def test_a_nearly_uniform_picture_fails(grey: int) -> None:
    noise = np.random.default_rng(0).normal(grey, 1, (300, 400, 3))
    found = examine(jpeg(noise.clip(0, 255)))
    assert found["usable"] is False
    assert "blur" in found["problems"] or "dark" in found["problems"]  # type: ignore[operator]


def test_a_burnt_out_photograph_fails() -> None:
    assert "burnt_out" in reasons(draw_wound(1, skin=0, light=4))


def test_a_photograph_without_colour_fails() -> None:
    assert reasons(jpeg(opened().convert("L").convert("RGB"))) == ["no_colour"]


def test_light_of_one_colour_fails_and_a_frame_full_of_red_tissue_passes() -> None:
    pixels = np.asarray(opened(1, skin=1))
    assert reasons(jpeg(pixels * [1, 0.04, 0.04])) == ["coloured_light"]
    grain = np.random.default_rng(0).normal(1, 0.3, (60, 80, 1))
    tissue = Image.fromarray(np.uint8((grain * [168, 40, 42]).clip(0, 255))).resize((480, 360))
    assert reasons(jpeg(tissue)) == []


def test_a_coarse_photograph_fails() -> None:
    assert reasons(draw_wound(1, (260, 190))) == ["too_coarse"]
    assert reasons(draw_wound(1, (260, 200))) == []


def test_black_bars_do_not_count() -> None:
    framed = Image.new("RGB", (1600, 1600))
    framed.paste(opened(1), (0, 0))
    assert reasons(jpeg(framed)) == []
    found, alone = measure_of(jpeg(framed)), measure_of(draw_wound(1))
    assert found.mean == pytest.approx(alone.mean, rel=0.03)
    assert found.light_part == pytest.approx(alone.light_part, rel=0.03)


def test_the_measures_hardly_depend_on_the_camera() -> None:
    scene = opened(1, skin=1).resize((512, 384))
    small = measure_of(jpeg(scene))
    large = measure_of(jpeg(scene.resize((4096, 3072), Image.Resampling.BICUBIC)))
    assert (large.width, large.height) == (4096, 3072)
    assert large.mean == pytest.approx(small.mean, rel=0.02)
    assert large.focus == pytest.approx(small.focus, rel=0.35)


@pytest.mark.parametrize("size", [(64, 64), (30_000, 64), (64, 30_000)])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (255, 0, 0)])
def test_strange_pictures_give_plain_numbers(
    size: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    found = examine(jpeg(Image.new("RGB", size, colour)))
    assert found["usable"] is False
    json.dumps(found, allow_nan=False)


def test_only_codes_of_the_case_format_are_used_and_all_are_explained() -> None:
    assert {reason.problem for reason in REASONS.values()} - {None} <= PROBLEMS
    assert tuple(REASONS)[: len(FAULTS)] == FAULTS
    assert all(reason.stops == (code in STOPS) for code, reason in REASONS.items())
    words = [(reason.es, reason.en) for reason in REASONS.values()]
    assert all(es.endswith(".") and en.endswith(".") and es != en for es, en in words)


def test_a_reason_comes_with_words_and_the_limits_that_were_used() -> None:
    found = QualityChecker(Thresholds(min_focus=1e9)).examine(load_scene(draw_wound(1)), None)
    assert found["problems"] == ["blur"]
    assert "'min_focus': 1000000000.0" in str(found["quality"])
    assert "enfocar" in str(found["quality"])


def test_every_setting_decides_something() -> None:
    strict = Thresholds(
        min_focus=1e9, min_mean=256, min_light_part=256, max_burnt=-1, min_side=10**6
    )
    found = QualityChecker(strict).examine(load_scene(draw_wound(1)), None)
    assert set(found["problems"]) == {"blur", "dark", "out_of_distribution"}  # type: ignore[arg-type]


@pytest.mark.parametrize("raw", [b"", b"x" * 100, draw_wound(1)[:3000], draw_wound(1, kind="PNG")])
def test_what_is_no_picture_any_more_is_corrupt(raw: bytes) -> None:
    with pytest.raises(CorruptDataError):
        examine(raw)


def test_it_works_on_what_the_reader_gives() -> None:
    picture = PillowReader().read(draw_wound(4, kind="WEBP"))
    assert examine(picture.data)["usable"] is True
