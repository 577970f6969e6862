"""The whole look at a picture, with the network that Vigia carries."""

import io
from pathlib import Path

import cv2
import drawings
import numpy as np
import orjson
import pytest
from PIL import Image

from vigia_detect.adapters.vision.marker import STICKER_MM
from vigia_detect.adapters.vision.segmenter import BUNDLED, Segmenter
from vigia_detect.adapters.vision.sticker import draw_sticker
from vigia_detect.bootstrap import Vigia
from vigia_detect.clinical import load_rules
from vigia_detect.domain.findings import Inspection
from vigia_detect.errors import InvalidImageError, InvalidModelError
from vigia_detect.settings import Settings
from vigia_detect.stages.image_analysis import describe

FUSEG = Path(__file__).parents[1] / "data" / "fuseg"
NAMES = sorted(path.stem for path in (FUSEG / "images").iterdir())
Pixels = np.ndarray


@pytest.fixture(scope="module")
def vigia(tmp_path_factory: pytest.TempPathFactory) -> Vigia:
    return Vigia(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


def png(pixels: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(file, "PNG")
    return file.getvalue()


def opened(mask: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(mask))) > 0


def dice(one: Pixels, other: Pixels) -> float:
    return 2 * float((one & other).sum()) / max(float(one.sum() + other.sum()), 1)


def picture(name: str) -> Pixels:
    return np.asarray(Image.open(FUSEG / "images" / f"{name}.jpg").convert("RGB"))


def truth(name: str) -> Pixels:
    return np.asarray(Image.open(FUSEG / "masks" / f"{name}.png").convert("L")) > 0


def test_wounds_are_found_where_people_drew_them(vigia: Vigia) -> None:
    found = [vigia.inspector.inspect(png(picture(name))) for name in NAMES]
    overlaps = [dice(opened(one.mask), truth(n)) for one, n in zip(found, NAMES, strict=True)]
    assert min(overlaps) > 0.6
    assert float(np.mean(overlaps)) > 0.8
    assert all(one.findings.usable for one in found)


@pytest.mark.parametrize("size", [(640, 480), (333, 777), (4000, 3000)])
def test_a_mask_has_the_size_of_its_picture(vigia: Vigia, size: tuple[int, int]) -> None:
    raw = png(cv2.resize(picture(NAMES[0]), size))
    mask = Image.open(io.BytesIO(vigia.inspector.inspect(raw).mask))
    assert (mask.size, mask.mode) == (size, "L")
    assert set(np.unique(np.asarray(mask))) <= {0, 255}


def test_a_lying_photograph_gets_an_upright_mask(vigia: Vigia) -> None:
    lying = Image.fromarray(picture(NAMES[1])).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    file = io.BytesIO()
    lying.resize((300, 400)).save(file, "JPEG", exif=exif, quality=95)
    mask = opened(vigia.inspector.inspect(file.getvalue()).mask)
    assert mask.shape == (300, 400)
    upright = cv2.resize(truth(NAMES[1]).astype(np.uint8), (400, 300)) > 0
    assert dice(mask, upright) > 0.7


@pytest.mark.parametrize("name", NAMES)
def test_a_turn_light_and_a_mirror_hardly_move_the_wound(segmenter: Segmenter, name: str) -> None:
    rgb = picture(name)
    mask = segmenter.mask(segmenter.probability(rgb))
    changes = {
        "turned": (np.ascontiguousarray(np.rot90(rgb)), np.rot90(mask)),
        "mirrored": (np.ascontiguousarray(rgb[:, ::-1]), mask[:, ::-1]),
        "darker": ((rgb * 0.85).astype(np.uint8), mask),
        "lighter": (np.clip(rgb * 1.15, 0, 255).astype(np.uint8), mask),
    }
    again = {
        how: dice(segmenter.mask(segmenter.probability(pixels)), expected)
        for how, (pixels, expected) in changes.items()
    }
    assert min(again.values()) > 0.85, again
    assert again["mirrored"] > 0.99


def of_no_wound() -> dict[str, Pixels]:
    names = (*drawings.PHOTOGRAPHS, "chelsea.png", "china.jpg", "flower.jpg")
    noise = np.random.default_rng(5).integers(0, 256, (400, 500, 3))
    return {
        **{name: drawings.photograph(name) for name in names},
        **{f"landscape {seed}": drawings.landscape(seed) for seed in range(3)},
        **{f"sunset {seed}": drawings.landscape(seed, sunset=True) for seed in range(3)},
        **{f"page {seed}": drawings.page(seed) for seed in range(2)},
        "red": drawings.plain((170, 40, 40)),
        "skin-coloured": drawings.plain((190, 140, 105)),
        "noise": noise.astype(np.uint8),
    }


@pytest.mark.parametrize("name", list(of_no_wound()))
def test_no_class_is_ever_read_from_what_is_no_wound(vigia: Vigia, name: str) -> None:
    found = vigia.inspector.inspect(png(of_no_wound()[name])).findings
    said = describe(found, load_rules())
    assert not found.usable or found.wound is None
    assert "candidates" not in said
    assert orjson.dumps(said)  # whatever is in a picture, its result can be stored


def test_a_sticker_gives_centimetres_and_its_absence_none(vigia: Vigia) -> None:
    without = vigia.inspector.inspect(png(picture(NAMES[1]))).findings
    assert without.wound is not None
    assert without.wound.size is None
    assert without.quality["no_size_because"] == "no_marker"


def test_the_same_picture_gives_the_same_findings(vigia: Vigia) -> None:
    raw = png(picture(NAMES[2]))
    first, second = (vigia.inspector.inspect(raw) for _ in range(2))
    assert isinstance(first, Inspection)
    assert first == second


def test_a_file_that_is_no_picture_is_refused(vigia: Vigia) -> None:
    with pytest.raises(InvalidImageError):
        vigia.inspector.inspect(b"GIF89a nothing")


@pytest.mark.parametrize("change", ["network", "checksum", "truncated", "absent", "no threshold"])
def test_a_network_that_is_not_what_its_manifest_says_is_refused(
    tmp_path: Path, change: str
) -> None:
    said = orjson.loads(BUNDLED.read_bytes())
    content = (BUNDLED.parent / said["file"]).read_bytes()
    if change == "network":
        content = content[:1000] + bytes([content[1000] ^ 1]) + content[1001:]
    if change == "checksum":
        said["sha256"] = "0" * 64
    if change == "truncated":
        content = content[:-1]
    if change == "no threshold":
        del said["output"]["threshold"]
    if change != "absent":
        (tmp_path / said["file"]).write_bytes(content)
    manifest = tmp_path / "wound.json"
    manifest.write_bytes(orjson.dumps(said))
    with pytest.raises(InvalidModelError):
        Segmenter(manifest)


def test_a_process_computes_in_one_thread() -> None:
    cv2.setNumThreads(4)
    Segmenter()
    assert cv2.getNumThreads() == 1


def test_the_manifest_says_what_a_reader_must_know() -> None:
    said = orjson.loads(BUNDLED.read_bytes())
    assert {"id", "version", "sha256", "licence", "attribution", "training_data"} <= said.keys()
    assert said["metrics"]["dice"]["mean"] >= 0.8
    assert "10.1038/s41598-020-78799-w" in said["attribution"]


def with_sticker(name: str, pixels_per_mm: int) -> Pixels:
    """Lay the sticker flat in the lower right corner of a photograph."""
    board = Image.fromarray(cv2.resize(picture(name), (1024, 1024)))
    width, height = (round(side * pixels_per_mm) for side in STICKER_MM)
    sticker = draw_sticker("es").resize((width, height), Image.Resampling.LANCZOS)
    board.paste(sticker, (1000 - width, 1000 - height))
    return np.asarray(board)


def test_a_wound_beside_the_sticker_is_measured(vigia: Vigia) -> None:
    seen = vigia.inspector.inspect(png(with_sticker("0555", 5)))
    assert seen.findings.wound is not None
    assert seen.findings.wound.size is not None, seen.findings.quality["no_size_because"]
    _, _, stats, _ = cv2.connectedComponentsWithStats(opened(seen.mask).astype(np.uint8))
    largest = float(stats[1:, cv2.CC_STAT_AREA].max()) / 5**2 / 100  # cm2
    assert seen.findings.wound.size.area_cm2 == pytest.approx(largest, rel=0.1)


def test_a_portrait_is_told_to_be_a_face(vigia: Vigia) -> None:
    found = vigia.inspector.inspect(png(drawings.photograph("astronaut.png"))).findings
    assert "face" in found.problems
    assert not found.usable  # D-C1: no class beside a face, whatever else seems to be a wound
    assert found.wound is None
