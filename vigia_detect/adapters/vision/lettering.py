"""Words on pictures in Spanish, without a font file.

Pillow's own font has plain letters only: accents are drawn on them here. An installed font is not
relied on, so that the same picture comes out everywhere.
"""

import unicodedata
from functools import cache
from typing import Final

from PIL import ImageDraw, ImageFont

ACUTE: Final = "\N{COMBINING ACUTE ACCENT}"
TILDE: Final = "\N{COMBINING TILDE}"
DIAERESIS: Final = "\N{COMBINING DIAERESIS}"
RAISED: Final = {"\N{SUPERSCRIPT TWO}": "2"}
INSTEAD: Final = {
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{EN DASH}": "-",
    "\N{ALMOST EQUAL TO}": "~",
    "\N{INVERTED QUESTION MARK}": "",
    "\N{INVERTED EXCLAMATION MARK}": "",
}
Colour = tuple[int, int, int]
Spot = tuple[float, float]


def write(draw: ImageDraw.ImageDraw, at: Spot, words: str, size: float, colour: Colour) -> float:
    """Write one line and return where it ends, x in pixels.

    Args:
        draw: on an RGB picture.
        at: left and top of the line in pixels.
        words: letters of Spanish and English.
        size: height of the font in pixels.
        colour: sRGB.
    """
    x, top = at
    for base, marks in _letters(words):
        raised = RAISED.get(base)
        face = font(size * 0.6 if raised else size)
        letter = raised or INSTEAD.get(base, base)
        draw.text((x, top), letter, font=face, fill=colour)
        wide = face.getlength(letter)
        for mark in marks:
            _mark(draw, mark, _above(draw, (x, top), letter, size), size, colour)
        x += wide
    return x


def length(words: str, size: float) -> float:
    """Return how wide a line will be, in pixels."""
    widths = [
        font(size * 0.6 if base in RAISED else size).getlength(
            RAISED.get(base, INSTEAD.get(base, base))
        )
        for base, _ in _letters(words)
    ]
    return sum(widths)


@cache
def font(size: float) -> ImageFont.FreeTypeFont:
    """Return Pillow's own font in a height of `size` pixels."""
    face = ImageFont.load_default(size=max(size, 6))
    if not isinstance(face, ImageFont.FreeTypeFont):  # pragma: no cover - wheels have FreeType
        raise TypeError("Pillow was built without FreeType")
    return face


def _letters(words: str) -> list[tuple[str, str]]:
    """Split into letters and the marks on them."""
    found: list[tuple[str, str]] = []
    for sign in unicodedata.normalize("NFD", words):
        if unicodedata.combining(sign) and found:
            base, marks = found[-1]
            found[-1] = (base, marks + sign)
        else:
            found.append((sign, ""))
    return found


def _above(draw: ImageDraw.ImageDraw, at: Spot, letter: str, size: float) -> Spot:
    """Return the spot above a letter where its accent stands; an i's dot is in nothing's way."""
    left, top, right, _ = draw.textbbox(at, letter, font=font(size))
    return (left + right) / 2, top + (size / 10 if letter == "i" else 0)


def _mark(draw: ImageDraw.ImageDraw, mark: str, spot: Spot, size: float, colour: Colour) -> None:
    (middle, top), unit = spot, size / 20
    thick = max(round(size / 14), 1)
    low, high = top - unit, top - 4 * unit
    if mark == ACUTE:
        draw.line([(middle - unit, low), (middle + 2.4 * unit, high)], colour, thick)
    elif mark == TILDE:
        ends = [(-4, 0.6), (-2, -0.8), (2, 0.8), (4, -0.6)]
        height = top - 2.4 * unit
        draw.line([(middle + x * unit, height + y * unit) for x, y in ends], colour, thick)
    elif mark == DIAERESIS:
        for x in (-2.2, 2.2):
            box = [middle + (x - 0.9) * unit, high, middle + (x + 0.9) * unit, high + 2 * unit]
            draw.ellipse(box, colour)
