"""Which tissue covers a wound's bed, pixel by pixel, by colour alone.

No pictures with labelled tissue were at hand, so nothing here is learned: each tissue is a few
typical colours, and a pixel whose colour fits none of them, or two, stays uncertain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from vigia_detect.adapters.vision.constancy import (
    CLIPPED,
    Floats,
    Light,
    Mask,
    Patches,
    Pixels,
    corrected,
    judge_light,
)
from vigia_detect.adapters.vision.skin_tone import SkinTone, healthy_skin, skin_tone

TISSUES: Final = ("granulation", "slough", "necrosis", "epithelial", "purple")
UNCERTAIN: Final = len(TISSUES) + 1  # label; 0 is outside of the wound, tissues count from 1
SIDE = 288  # longer side in pixels of the wound when its colours are judged
AROUND = 512  # longer side in pixels of the picture when its light and skin are judged
# (tissue, L*, a*, b*) of typical colours: red meat, yellow to cream, black to brown, pink, maroon.
# Engineering choice after the words for each tissue, adapted on looking at photographs of the
# Foot Ulcer Segmentation Challenge 2021 (doi 10.1038/s41598-020-78799-w).
COLOURS = (
    ("granulation", 37, 50, 30),
    ("granulation", 42, 36, 20),
    ("granulation", 28, 32, 18),
    ("granulation", 54, 42, 24),
    ("granulation", 58, 48, 20),
    ("granulation", 57, 26, 18),
    ("granulation", 46, 22, 14),
    ("slough", 68, 6, 42),
    ("slough", 68, 8, 26),
    ("slough", 78, 2, 18),
    ("slough", 80, 6, 40),
    ("slough", 55, 10, 32),
    ("slough", 65, 15, 28),
    ("necrosis", 12, 3, 2),
    ("necrosis", 22, 5, 6),
    ("necrosis", 30, 9, 14),
    ("epithelial", 74, 23, 9),
    ("epithelial", 68, 30, 10),
    ("epithelial", 82, 15, 7),
    ("purple", 26, 26, -4),
    ("purple", 38, 24, -8),
    ("purple", 20, 21, -5),
)
SPREAD = np.array((11, 8, 8), np.float32)  # of each colour in L*, a*, b*
NOWHERE = 4.5  # squared distance, in spreads, from which a colour belongs to no tissue
MARGIN = 0.25  # by which the best tissue must beat the second, of 1
MARGIN_OF_DOUBT = 0.7  # added in light of full doubt
SHINE = 40  # less colour than this in a very light pixel is the lamp's reflection
RIM = 0.06  # of the wound's size: here the outline may have taken in skin
LIKE_SKIN = 8  # colour difference below which the rim is taken for skin
BLUR = 5

_NO_FIT = np.float32(np.exp(-NOWHERE / 2))
_TYPICAL = np.array([colour for _, *colour in COLOURS], np.float32) / SPREAD
_PARTS = [[n for n, (part, *_) in enumerate(COLOURS) if part == name] for name in TISSUES]


@dataclass(frozen=True, slots=True)
class Bed:
    """What covers a wound.

    Attributes:
        shares: of each tissue in the wound's area, 0 to 1.
        uncertain: the share left; all of them sum to 1.
        labels: shape (h, w); 0 outside, then 1 + place in `TISSUES`, or `UNCERTAIN`.
        light: the light it was judged in.
        skin: tone of the healthy skin around.
    """

    shares: Mapping[str, float]
    uncertain: float
    labels: Pixels
    light: Light
    skin: SkinTone


def find_tissue(rgb: Pixels, wound: Mask, card: Patches | None = None) -> Bed:
    """Tell the tissues of a wound by their colours.

    Args:
        rgb: sRGB, shape (h, w, 3).
        wound: shape (h, w).
        card: patches of known colour in the picture (see `sticker.read_patches`).

    Raises:
        ValueError: the shapes do not fit, or there is no wound.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.shape[:2] != wound.shape:  # noqa: PLR2004
        raise ValueError("the picture and the wound differ in shape")
    if not wound.any():
        raise ValueError("no wound in the mask")
    around, there = _small(rgb, wound)
    skin = healthy_skin(around, there)
    light = judge_light(around, there, skin, card)
    labels = _labels(rgb, wound, _skin_colour(around, skin, light), light)
    counts = np.bincount(labels[wound], minlength=UNCERTAIN + 1) / wound.sum()
    shares = {name: float(counts[place]) for place, name in enumerate(TISSUES, 1)}
    tone = skin_tone(around, skin, light)
    return Bed(shares, float(counts[UNCERTAIN]), labels, light, tone)


def _small(rgb: Pixels, wound: Mask) -> tuple[Pixels, Mask]:
    height, width = wound.shape
    scale = min(AROUND / max(height, width), 1)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    there = _resized(wound.astype(np.uint8), size, cv2.INTER_NEAREST)
    return _resized(rgb, size, cv2.INTER_AREA), there.astype(np.bool_)


def _labels(rgb: Pixels, wound: Mask, skin: Floats | None, light: Light) -> Pixels:
    """Judge the part of the picture that holds the wound, at one size, and put it back."""
    x, y, width, height = cv2.boundingRect(wound.astype(np.uint8))
    part = (slice(y, y + height), slice(x, x + width))
    scale = min(SIDE / max(width, height), 1)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    seen = _resized(rgb[part], size, cv2.INTER_AREA)
    inside = _resized(wound[part].astype(np.uint8), size, cv2.INTER_NEAREST)
    lab = _lab(corrected(seen, light))
    labels = _judged(lab, MARGIN + MARGIN_OF_DOUBT * light.doubt)
    doubtful = _shiny(seen) | _skin_rim(lab, inside, skin)
    labels[doubtful] = UNCERTAIN
    found = np.zeros(wound.shape, np.uint8)
    found[part] = _resized(labels, (width, height), cv2.INTER_NEAREST)
    found[~wound] = 0
    return found


def _resized(pixels: Pixels, size: tuple[int, int], how: int) -> Pixels:
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def _lab(rgb: Pixels) -> Floats:
    """Return L* 0-100, a*, b*, smoothed a little against noise, shape (h, w, 3)."""
    smooth = cv2.GaussianBlur(rgb, (3, 3), 0)
    return np.asarray(cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)


def _judged(lab: Floats, margin: float) -> Pixels:
    """Return the tissue that wins in each small neighbourhood, or uncertain."""
    blurred = cv2.blur(_fits(lab), (BLUR, BLUR))
    smooth = np.stack([*cv2.split(blurred), np.full(lab.shape[:2], _NO_FIT, np.float32)])
    smooth /= smooth.sum(axis=0)
    first = smooth.argmax(axis=0).astype(np.uint8)
    two = np.partition(smooth, -2, axis=0)[-2:]
    unclear = two[1] - two[0] < margin
    labels = first + np.uint8(1)  # the last place, nowhere, is just UNCERTAIN
    labels[unclear] = UNCERTAIN
    return np.asarray(cv2.medianBlur(labels, BLUR), np.uint8)


def _fits(lab: Floats) -> Floats:
    """Return how well colours fit each tissue, 0 to 1, by its nearest typical colour.

    Args:
        lab: shape (h, w, 3).

    Returns:
        Shape (h, w, tissues).
    """
    scaled = (lab / SPREAD).reshape(-1, 3)
    squares = (scaled**2).sum(axis=1)[:, None] + (_TYPICAL**2).sum(axis=1)
    away = squares - 2 * scaled @ _TYPICAL.T
    nearest = np.stack([away[:, part].min(axis=1) for part in _PARTS], axis=-1)
    return np.asarray(np.exp(-nearest / 2).reshape(*lab.shape[:2], -1), np.float32)


def _shiny(seen: Pixels) -> Mask:
    """Find reflections of the lamp, in the picture as photographed."""
    high, low = seen.max(axis=2), seen.min(axis=2)
    return np.asarray((low >= CLIPPED) | ((high >= CLIPPED) & (high - low < SHINE)), np.bool_)


def _skin_colour(rgb: Pixels, skin: Mask, light: Light) -> Floats | None:
    if not skin.any():
        return None
    middle = np.median(rgb[skin][::5], axis=0).astype(np.uint8)
    return np.asarray(_lab(corrected(middle[None, None], light))[0, 0], np.float32)


def _skin_rim(lab: Floats, inside: Pixels, skin: Floats | None) -> Mask:
    """Find the rim's pixels that look like the skin around; deeper in it may be necrosis."""
    if skin is None:
        return np.zeros(inside.shape, np.bool_)
    deep = cv2.distanceTransform(cv2.copyMakeBorder(inside, 1, 1, 1, 1, 0), cv2.DIST_L2, 3)
    rim = deep[1:-1, 1:-1] < RIM * np.sqrt(float(inside.sum()))
    return np.asarray(rim & (np.linalg.norm(lab - skin, axis=2) < LIKE_SKIN), np.bool_)
