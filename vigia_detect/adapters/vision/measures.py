"""Measures of a photograph, made at one size so that they hardly depend on the camera."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from vigia_detect.adapters.vision.scene import Pixels, Scene

Floats = npt.NDArray[np.float32]

SIDE = 512  # longer side in pixels at which everything is measured
GREY = np.array((0.299, 0.587, 0.114), np.float32)  # ITU-R BT.601
BORDER = 24  # a row or column nowhere brighter is the black bar of a padded picture
BURNT = 250  # white, less what JPEG adds and takes
MIDDLE = 128


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured, black bars left out.

    Attributes:
        focus: variance of the Laplacian of the grey picture, smoothed against noise and scaled to
            a mean of 128 so that dark skin is not taken for blur.
        mean: mean luminance, 0 to 255.
        light_part: luminance that a tenth of the picture exceeds, 0 to 255.
        burnt: share of pixels white in all colours, 0 to 1.
        colour: mean difference between a pixel's largest and smallest colour, 0 to 255.
        cast: the mean of the strongest colour over that of the weakest.
        width: pixels.
        height: pixels.
    """

    focus: float
    mean: float
    light_part: float
    burnt: float
    colour: float
    cast: float
    width: int
    height: int


def measure(scene: Scene) -> Measures:
    """Measure a picture."""
    colours = _without_bars(_at_one_size(scene.rgb))
    grey = colours @ GREY
    means = colours.reshape(-1, 3).mean(axis=0)
    lowest, highest = _extremes(colours)
    return Measures(
        focus=_focus(grey),
        mean=_rounded(grey.mean()),
        light_part=_rounded(np.percentile(grey, 90)),
        burnt=_rounded((lowest >= BURNT).mean()),
        colour=_rounded((highest - lowest).mean()),
        cast=_rounded(means.max() / max(means.min(), 1)),
        width=scene.width,
        height=scene.height,
    )


def _at_one_size(rgb: Pixels) -> Floats:
    image = Image.fromarray(rgb)
    scale = SIDE / max(image.size)
    size = (max(round(image.width * scale), 8), max(round(image.height * scale), 8))
    return np.asarray(image.resize(size, Image.Resampling.BOX), np.float32)


def _extremes(colours: Floats) -> tuple[Floats, Floats]:
    """Return each pixel's smallest and largest colour; much faster than along the last axis."""
    red, green, blue = (colours[..., channel] for channel in range(3))
    return np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)


def _without_bars(colours: Floats) -> Floats:
    """Cut black bars off; what is black all over stays whole."""
    bright = _extremes(colours)[1] > BORDER
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    if min(rows.size, columns.size) < 8:  # noqa: PLR2004 - nothing left to measure
        return colours
    return colours[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _focus(grey: Floats) -> float:
    """Return the variance of the Laplacian, against the picture's own brightness."""
    smooth = _smoothed(_smoothed(grey)) * (MIDDLE / max(float(grey.mean()), 8))
    if min(smooth.shape) < 3:  # noqa: PLR2004 - a strip without an inside shows nothing
        return 0.0
    around = smooth[1:-1, :-2] + smooth[1:-1, 2:] + smooth[:-2, 1:-1] + smooth[2:, 1:-1]
    return _rounded((around - 4 * smooth[1:-1, 1:-1]).var())


def _smoothed(grey: Floats) -> Floats:
    """Weigh each pixel with its neighbours by 1, 2, 1 both ways: noise goes, edges stay."""
    rows = (grey[:-2] + 2 * grey[1:-1] + grey[2:]) / 4
    return np.asarray((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4, np.float32)


def _rounded(value: np.floating) -> float:
    return round(float(value), 3)
