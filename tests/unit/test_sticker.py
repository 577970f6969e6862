import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw
from typer.testing import CliRunner

from vigia_detect.adapters.vision.lettering import length, write
from vigia_detect.adapters.vision.marker import (
    STICKER_MM,
    RefusedError,
    find_plane,
    inverse,
    pixels_to_mm,
)
from vigia_detect.adapters.vision.overlay import PALETTE, SizeLines, Words, draw_overlay
from vigia_detect.adapters.vision.sticker import (
    GREYS,
    TEXTS,
    draw_sheet,
    draw_sticker,
    read_patches,
)
from vigia_detect.adapters.vision.tissue import TISSUES, find_tissue
from vigia_detect.cli.main import app
from vigia_detect.errors import InvalidOptionError
from vigia_detect.testing import PARTS, draw_wound_parts

DPI = 150


def framed(lang: str = "es") -> np.ndarray:
    """Return a sticker on a table, seen from straight above."""
    page = Image.new("RGB", (900, 700), (120, 110, 100))
    page.paste(draw_sticker(lang, DPI), (200, 200))
    return np.asarray(page)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_drawn_sticker_is_found_where_it_lies_in_millimetres(lang: str) -> None:
    plane = find_plane(framed(lang))
    corner = pixels_to_mm(inverse(plane.to_mm), np.array([(0.0, 0.0), STICKER_MM]))
    scale = DPI / 25.4
    wanted = 199.5 + np.array([(0, 0), (84 * scale, 44 * scale)])
    assert corner == pytest.approx(wanted, abs=1.0)
    assert plane.tilt < 8  # no perspective at all fits no lens quite
    assert plane.misfit < 0.005


def test_its_greys_are_read_as_they_were_drawn() -> None:
    rgb = framed()
    card = read_patches(rgb, find_plane(rgb))
    assert card.seen == pytest.approx(np.array(GREYS), abs=1)
    assert card.known.tolist() == [list(grey) for grey in GREYS]


def test_patches_outside_of_the_picture_are_black() -> None:
    plane = find_plane(framed())
    assert not read_patches(np.zeros((5, 5, 3), np.uint8), plane).seen.any()


def test_a_sheet_shows_several_stickers_and_is_no_scale() -> None:
    with pytest.raises(RefusedError, match="several_stickers"):
        find_plane(np.asarray(draw_sheet("es", 100)))


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_check_bar_is_100_mm_long(lang: str) -> None:
    sheet = np.asarray(draw_sheet(lang, 254).convert("L"))  # 10 pixels a millimetre
    assert (sheet[320, :1195] < 128).sum() == 1000
    assert sheet.shape == (2970, 2100)


@pytest.mark.parametrize("ending", ["pdf", "png"])
def test_the_command_writes_a_page_of_a4(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"sheet.{ending}"
    found = CliRunner().invoke(app, ["sticker", "--out", str(out), "--lang", "en"])
    assert found.exit_code == 0, found.output
    assert "100 mm" in found.output
    if ending == "pdf":
        assert b"/MediaBox [ 0 0 595.2 841.92 ]" in out.read_bytes()
    else:
        with Image.open(out) as image:
            assert image.size == (2480, 3508)
            assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


@pytest.mark.parametrize("name", ["sheet.gif", "missing/sheet.pdf"])
def test_a_file_that_cannot_be_written_is_said(tmp_path: Path, name: str) -> None:
    found = CliRunner().invoke(app, ["sticker", "--out", str(tmp_path / name)])
    assert isinstance(found.exception, InvalidOptionError)


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["es"].keys() == TEXTS["en"].keys()


def written(words: str) -> Image.Image:
    image = Image.new("RGB", (200, 50), (255, 255, 255))
    end = write(ImageDraw.Draw(image), (10, 10), words, 24, (0, 0, 0))
    assert end == pytest.approx(10 + length(words, 24))
    return image


@pytest.mark.parametrize(
    ("marked", "plain"), ["áa", "ée", "íi", "óo", "úu", "ñn", "üu", "ÁA", "ÑN"]
)
def test_accents_are_seen_above_their_letters(marked: str, plain: str) -> None:
    more = ImageChops.difference(written(marked), written(plain)).convert("L")
    box = more.point(lambda value: 255 * (value > 60)).getbbox()
    assert box is not None
    assert box[3] - box[1] < 12
    assert box[3] <= written(plain).convert("L").point(lambda v: 255 * (v < 60)).getbbox()[3] - 8


def test_squares_are_raised() -> None:
    assert ImageChops.difference(written("cm²"), written("cm2")).getbbox() is not None


def overlay(
    size: SizeLines | None = None, caption: str = "Preliminar: por confirmar"
) -> Image.Image:
    drawn = draw_wound_parts(2, tuple(PARTS), skin=2)
    bed = find_tissue(drawn.rgb, drawn.mask)
    words = Words(caption, dict.fromkeys((*TISSUES, "uncertain"), "x"), ("modelo 1",))
    png = draw_overlay(drawn.rgb, drawn.mask, bed.labels, words, size)
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    assert not image.info
    return image.convert("RGB")


def test_an_overlay_shows_each_tissue_and_the_caption() -> None:
    image = overlay()
    assert image.width == 2 * 640 + 8
    colours = {colour for _, colour in image.getcolors(image.width * image.height)}
    assert set(PALETTE.values()) <= colours
    caption = ImageChops.difference(image, overlay(caption="")).getbbox()
    assert caption is not None
    assert caption[1] >= 480


def test_an_overlay_has_size_lines_only_when_measured() -> None:
    lines = SizeLines(((320, 100), (320, 400)), ((100, 240), (500, 240)), "6,0 cm", "4,1 cm")
    more = ImageChops.difference(overlay(), overlay(lines)).getbbox()
    assert more is not None
    assert more[2] <= 640
    assert (more[0], more[1]) == pytest.approx((100, 100), abs=4)


def test_an_overlay_of_shapes_that_do_not_fit_is_refused() -> None:
    rgb, mask = np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9), np.bool_)
    with pytest.raises(ValueError, match="shape"):
        draw_overlay(rgb, mask, np.zeros((9, 8), np.uint8), Words("", {}))
