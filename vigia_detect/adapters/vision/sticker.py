"""The sticker that is photographed beside a wound: markers, ruler, colours, arrow to the head."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw

from vigia_detect.adapters.vision.constancy import Patches, Pixels
from vigia_detect.adapters.vision.lettering import length, write
from vigia_detect.adapters.vision.marker import (
    FAMILY,
    MARKERS,
    SIDE_MM,
    STICKER_MM,
    Plane,
    Points,
    inverse,
    pixels_to_mm,
)

Lang = Literal["es", "en"]
Box = tuple[float, float, float, float]

DPI: Final = 300
INCH_MM: Final = 25.4
A4_MM: Final = (210.0, 297.0)
COLUMNS, ROWS = 2, 5
FIRST_MM, STEP_MM = (18.0, 46.0), (90.0, 49.0)
BLACK, GREY = (0, 0, 0), (150, 150, 150)
CELLS: Final = 6  # of a marker of this family, its black frame included
# sRGB of each patch. Greys tell the light; printers keep them better than colours.
GREYS: Final = ((255, 255, 255), (170, 170, 170), (85, 85, 85))
COLOURS: Final = ((170, 45, 50), (200, 168, 95), (95, 45, 80))
PATCH_MM: Final = (4.6, 6.0)
PATCHES_AT_MM: Final = (28.2, 18.5)

TEXTS: Final[Mapping[Lang, Mapping[str, str]]] = {
    "es": {
        "head": "CABEZA",
        "once": "No reutilizar entre pacientes",
        "title": "Vigia: adhesivos para medir heridas",
        "print": "Imprima al 100 % (sin ajustar a la página). Compruebe con una regla:",
        "bar": "esta barra mide 100 mm",
        "use": "Péguelo plano junto a la herida, sin tocarla, con la flecha hacia la cabeza.",
    },
    "en": {
        "head": "HEAD",
        "once": "Do not reuse between patients",
        "title": "Vigia: stickers to measure wounds",
        "print": "Print at 100 % (do not fit to page). Check with a ruler:",
        "bar": "this bar is 100 mm long",
        "use": "Stick it flat beside the wound, not on it, with the arrow to the head.",
    },
}


def write_sheet(path: Path, lang: Lang) -> None:
    """Write an A4 sheet of stickers, 300 dots an inch; the file's ending chooses PDF or PNG."""
    draw_sheet(lang).save(path, resolution=DPI, dpi=(DPI, DPI), title=TEXTS[lang]["title"])


def draw_sheet(lang: Lang, dpi: float = DPI) -> Image.Image:
    """Draw an A4 sheet of stickers."""
    pen = _Pen(A4_MM, dpi)
    words = TEXTS[lang]
    pen.text((18, 10), words["title"], 6)
    pen.text((18, 19), words["use"], 3.6)
    pen.text((18, 25), words["print"], 3.6)
    pen.box((18, 31, 118, 33), BLACK)
    pen.text((121, 30), words["bar"], 3.6)
    sticker = draw_sticker(lang, dpi)
    for place in range(COLUMNS * ROWS):
        row, column = divmod(place, COLUMNS)
        at = (FIRST_MM[0] + column * STEP_MM[0], FIRST_MM[1] + row * STEP_MM[1])
        pen.image.paste(sticker, (pen.px(at[0]), pen.px(at[1])))
    return pen.image


def draw_sticker(lang: Lang, dpi: float = DPI) -> Image.Image:
    """Draw one sticker, `STICKER_MM` wide and high."""
    pen = _Pen(STICKER_MM, dpi)
    words = TEXTS[lang]
    right, bottom = pen.image.width - 1, pen.image.height - 1
    pen.draw.rectangle([0, 0, right, bottom], outline=GREY, width=max(pen.px(0.15), 1))
    for name, (left, top) in MARKERS.items():
        pen.marker(name, left, top)
    pen.draw.polygon([pen.at(x, y) for x, y in ((42, 3), (38, 8.5), (46, 8.5))], BLACK)
    pen.box((41, 8.4, 43, 12.5), BLACK)
    pen.text_centred(42, 13.2, words["head"], 3.6)
    for colour, box in zip((*GREYS, *COLOURS), _patches(), strict=True):
        pen.box(box, colour)
    pen.text_centred(42, 29.0, words["once"], 3.2)
    _ruler(pen)
    return pen.image


def read_patches(rgb: Pixels, plane: Plane) -> Patches:
    """Read the sticker's greys and the paper beside them in a picture.

    Args:
        rgb: sRGB, shape (h, w, 3).
        plane: where the sticker lies.
    """
    to_pixels = inverse(plane.to_mm)
    seen = [_seen(rgb, pixels_to_mm(to_pixels, _grid(box))) for box in _patches()[: len(GREYS)]]
    return Patches(np.array(seen, np.float32), np.array(GREYS, np.float32))


class _Pen:
    """Draws in millimetres."""

    def __init__(self, size_mm: tuple[float, float], dpi: float) -> None:
        self._scale = dpi / INCH_MM
        size = (self.px(size_mm[0]), self.px(size_mm[1]))
        self.image = Image.new("RGB", size, (255, 255, 255))
        self.draw = ImageDraw.Draw(self.image)

    def px(self, mm: float) -> int:
        return round(mm * self._scale)

    def at(self, x: float, y: float) -> tuple[int, int]:
        return self.px(x), self.px(y)

    def box(self, box: Box, colour: tuple[int, int, int]) -> None:
        left, top, right, bottom = (self.px(mm) for mm in box)
        self.draw.rectangle([left, top, max(right - 1, left), max(bottom - 1, top)], colour)

    def text(self, at: tuple[float, float], words: str, size: float) -> None:
        write(self.draw, self.at(*at), words, size * self._scale, BLACK)

    def text_centred(self, middle: float, top: float, words: str, size: float) -> None:
        half = length(words, size * self._scale) / self._scale / 2
        self.text((middle - half, top), words, size)

    def marker(self, name: int, left: float, top: float) -> None:
        """Draw cell by cell, so that its sides are as exact as the printer's dots."""
        family = cv2.aruco.getPredefinedDictionary(FAMILY)
        cells = cv2.aruco.generateImageMarker(family, name, CELLS)
        cell = SIDE_MM / CELLS
        for row, column in np.argwhere(cells == 0).tolist():
            x, y = left + column * cell, top + row * cell
            self.box((x, y, x + cell, y + cell), BLACK)


def _patches() -> list[Box]:
    wide, high = PATCH_MM
    left, top = PATCHES_AT_MM
    count = len(GREYS) + len(COLOURS)
    return [(left + n * wide, top, left + (n + 1) * wide, top + high) for n in range(count)]


def _ruler(pen: _Pen) -> None:
    for mm in range(81):
        tall = 4.5 if mm % 10 == 0 else 3.2 if mm % 5 == 0 else 2.0
        pen.box((2 + mm - 0.08, 43.6 - tall, 2 + mm + 0.08, 43.6), BLACK)
    for mm in range(0, 81, 10):
        pen.text_centred(min(max(2 + mm, 3), 81), 35.2, str(mm), 3.0)
    pen.text((75.5, 31.5), "mm", 3.0)


def _grid(box: Box) -> Points:
    """Return points in the inner half of a patch, away from its edges."""
    left, top, right, bottom = box
    x = np.linspace(left * 0.75 + right * 0.25, left * 0.25 + right * 0.75, 7)
    y = np.linspace(top * 0.75 + bottom * 0.25, top * 0.25 + bottom * 0.75, 7)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _seen(rgb: Pixels, points: Points) -> Points:
    """Return the median colour; what lies outside of the picture counts as black, so unusable."""
    x, y = points.round().astype(int).T
    height, width = rgb.shape[:2]
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    if not inside.all():
        return np.zeros(3)
    return np.asarray(np.median(rgb[y, x], axis=0), np.float64)
