"""The picture that a person checks: outline, tissues, size, and that it is preliminary.

It carries what the caller says and nothing about the patient.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw

from vigia_detect.adapters.vision.constancy import Mask, Pixels
from vigia_detect.adapters.vision.lettering import length, write
from vigia_detect.adapters.vision.size import Line
from vigia_detect.adapters.vision.tissue import TISSUES, UNCERTAIN

Colour = tuple[int, int, int]

# Told apart with any kind of colour blindness (Okabe and Ito 2008); the hatch marks doubt as well.
PALETTE: Final[Mapping[str, Colour]] = {
    "granulation": (213, 94, 0),
    "slough": (240, 228, 66),
    "necrosis": (0, 0, 0),
    "epithelial": (204, 121, 167),
    "purple": (0, 114, 178),
    "uncertain": (255, 255, 255),
}
OUTLINE: Final = (0, 255, 255)
INK, PAPER = (20, 20, 20), (250, 250, 250)
CAPTION: Final = (150, 30, 0)
COVER: Final = 0.6  # how much of the picture the tissue's colour hides
HATCH: Final = 8  # pixels between the stripes that mark doubt
SIDE: Final = 640  # longer side of each of the two pictures


@dataclass(frozen=True, slots=True)
class Words:
    """What is written, in the language of the reader.

    Attributes:
        caption: that the result is preliminary.
        tissues: word for each of `PALETTE` with its share, such as "esfacelo 30 %".
        lines: further lines: candidates, size, refusals, model.
    """

    caption: str
    tissues: Mapping[str, str]
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SizeLines:
    """Length and width to draw, as lines in pixels of the picture and words such as "5,6 cm"."""

    length: Line
    width: Line
    length_words: str
    width_words: str


def draw_overlay(
    rgb: Pixels, mask: Mask, labels: Pixels, words: Words, size: SizeLines | None = None
) -> bytes:
    """Draw the picture with outline and size beside the picture with tissues, as a PNG.

    Args:
        rgb: sRGB, shape (h, w, 3).
        mask: the wound, shape (h, w).
        labels: see `tissue.Bed`, shape (h, w).
        words: what is written below.
        size: length and width, only when they were measured.

    Raises:
        ValueError: the shapes do not fit.
    """
    if not rgb.shape[:2] == mask.shape == labels.shape:
        raise ValueError("picture, wound and labels differ in shape")
    scale = SIDE / max(mask.shape)
    shape = (max(round(mask.shape[1] * scale), 1), max(round(mask.shape[0] * scale), 1))
    small = np.asarray(cv2.resize(rgb, shape, interpolation=cv2.INTER_AREA), np.uint8)
    tissues = cv2.resize(labels, shape, interpolation=cv2.INTER_NEAREST)
    wound = cv2.resize(mask.astype(np.uint8), shape, interpolation=cv2.INTER_NEAREST)
    left = Image.fromarray(_outlined(small, np.asarray(wound, np.uint8)))
    if size is not None:
        _draw_size(ImageDraw.Draw(left), size, scale)
    right = Image.fromarray(_coloured(small, np.asarray(tissues, np.uint8)))
    return _png(_page(left, right, words))


def _outlined(rgb: Pixels, wound: Pixels) -> Pixels:
    """Draw the outline in a light colour on a dark one: one of them shows on any skin."""
    drawn = rgb.copy()
    contours, _ = cv2.findContours(wound, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(drawn, contours, -1, INK, 4, cv2.LINE_AA)
    cv2.drawContours(drawn, contours, -1, OUTLINE, 2, cv2.LINE_AA)
    return drawn


def _coloured(rgb: Pixels, labels: Pixels) -> Pixels:
    table = np.array([(0, 0, 0), *(PALETTE[name] for name in (*TISSUES, "uncertain"))], np.uint8)
    covered = cv2.addWeighted(rgb, 1 - COVER, table[labels], COVER, 0)
    drawn = np.where((labels > 0)[..., None], covered, rgb)
    y, x = np.indices(labels.shape)
    drawn[(labels == UNCERTAIN) & ((x + y) % HATCH < HATCH // 4)] = INK
    return np.asarray(drawn, np.uint8)


def _draw_size(draw: ImageDraw.ImageDraw, size: SizeLines, scale: float) -> None:
    for line, words in ((size.length, size.length_words), (size.width, size.width_words)):
        ends = [(x * scale, y * scale) for x, y in line]
        draw.line(ends, INK, 4)
        draw.line(ends, PAPER, 2)
        _tag(draw, ends[1], words)


def _tag(draw: ImageDraw.ImageDraw, at: tuple[float, float], words: str) -> None:
    """Write on a plate beside a line's end, inside the picture."""
    wide, high = length(words, 18) + 8, 24
    limit = draw.im.size
    left = min(max(at[0] + 6, 0), limit[0] - wide)
    top = min(max(at[1] + 4, 0), limit[1] - high)
    draw.rectangle([left, top, left + wide, top + high], PAPER)
    write(draw, (left + 4, top + 2), words, 18, INK)


def _page(left: Image.Image, right: Image.Image, words: Words) -> Image.Image:
    below = 48 + 26 * max(len(words.tissues), len(words.lines))
    page = Image.new("RGB", (left.width + right.width + 8, left.height + below), PAPER)
    page.paste(left, (0, 0))
    page.paste(right, (left.width + 8, 0))
    draw = ImageDraw.Draw(page)
    write(draw, (10, left.height + 8), words.caption, 22, CAPTION)
    for place, row in enumerate(words.lines):
        write(draw, (10, left.height + 40 + 26 * place), row, 17, INK)
    _legend(draw, (left.width + 14, left.height + 40), words.tissues)
    return page


def _legend(draw: ImageDraw.ImageDraw, at: tuple[float, float], tissues: Mapping[str, str]) -> None:
    for place, (name, word) in enumerate(tissues.items()):
        left, top = at[0], at[1] + 26 * place
        draw.rectangle([left, top, left + 24, top + 18], PALETTE[name], INK)
        if name == "uncertain":
            for step in range(0, 24, HATCH):
                draw.line([(left + step, top + 18), (left + step + 8, top)], INK, 2)
        write(draw, (left + 32, top - 1), word, 17, INK)


def _png(page: Image.Image) -> bytes:
    file = io.BytesIO()
    page.save(file, "PNG", compress_level=1)
    return file.getvalue()
