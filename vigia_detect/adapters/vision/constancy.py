"""What the light did to the colours, and taking it back.

Gains act on linear light, one a colour (von Kries). The reference is the best there is: a card of
known colours, else the healthy skin around the wound, else the picture as a whole.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Reference = Literal["card", "skin", "grey_world"]

# IEC 61966-2-1: linear light of the 256 sRGB values
_V = np.arange(256, dtype=np.float32) / 255
LINEAR: Floats = np.where(_V <= 0.04045, _V / 12.92, ((_V + 0.055) / 1.055) ** 2.4).astype(  # noqa: PLR2004
    np.float32
)
# Range of ln(R/G) and ln(B/G), linear, that healthy skin has in white light: the tones of
# `testing.SKIN` lie in 0.29..0.83 and -0.68..-0.25; engineering margin of 0.15 on both sides.
SKIN_RED = (0.14, 1.0)
SKIN_BLUE = (-0.85, -0.10)
# Their sum is the green-magenta axis, along which neither skin nor ordinary lamps vary much.
SKIN_SUM = (-0.15, 0.40)
MIN_PATCHES = 2
CLIPPED = 250  # a channel at its end no longer tells the light
DARK = 12
# Linear light that the lightest 2 % of a well exposed picture reach. Low, because dark skin that
# fills a picture is not underexposed.
BRIGHT = 0.4
MAX_BRIGHTER = 2.0
FOURFOLD = 1.4  # its logarithm: of underexposure that leaves nothing to be told
OF_CARD = 0.15  # a card knows the light; only noise in the weakest colour stays in doubt
# Lightest channel of the skin around: the darkest tone of `testing.SKIN` has 58, and with 20 the
# sensor's noise is a tenth of the colour.
DIM, NIGHT = 45, 20
MAX_GAIN = 1.6  # beyond it a picture as a whole is not grey, it just shows something coloured


@dataclass(frozen=True, slots=True)
class Patches:
    """Patches of known colour seen in a picture.

    Attributes:
        seen: sRGB 0-255 as photographed, shape (n, 3).
        known: sRGB 0-255 as they are in white light, shape (n, 3).
    """

    seen: Floats
    known: Floats


@dataclass(frozen=True, slots=True)
class Light:
    """The light found.

    Attributes:
        reference: what it was judged by.
        gains: factors for linear red, green and blue that take it back.
        doubt: 0 for light that needed no correction, 1 for light that hides the colours.
    """

    reference: Reference
    gains: tuple[float, float, float]
    doubt: float


def judge_light(rgb: Pixels, wound: Mask, skin: Mask, card: Patches | None = None) -> Light:
    """Judge the light of a picture.

    Args:
        rgb: sRGB, shape (h, w, 3).
        wound: the wound, shape (h, w); its colour says nothing about the light.
        skin: healthy skin (see `skin.healthy_skin`), shape (h, w); may be empty.
        card: patches of known colour; used when two or more are neither black nor burnt.
    """
    gains = None if card is None else _by_card(card)
    if gains is not None:
        return _light("card", gains, OF_CARD * float(np.ptp(np.log(gains))))
    needed = _needed(rgb)
    dark = np.log(needed) / FOURFOLD
    brighter = min(needed, MAX_BRIGHTER)
    if skin.any():
        colour = _by_skin(rgb[skin])
        dark = max(dark, _dim(rgb[skin]))
        return _light("skin", colour * brighter, 0.1 + max(float(np.ptp(np.log(colour))), dark))
    colour = _by_grey(rgb, wound)
    doubt = 0.3 + max(float(np.ptp(np.log(colour))), dark)
    return _light("grey_world", colour * brighter, doubt)


def corrected(rgb: Pixels, light: Light) -> Pixels:
    """Return the picture as it would be in white light, sRGB, same shape."""
    table = np.stack([_srgb(LINEAR * gain) for gain in light.gains], axis=-1)
    return np.asarray(cv2.LUT(rgb, table[None]), np.uint8)


def log_ratios(rgb: Pixels) -> tuple[Floats, Floats]:
    """Return ln(R/G) and ln(B/G) of linear light, for pixels of shape (..., 3)."""
    logs = np.log(np.maximum(LINEAR, LINEAR[1]))[rgb]
    return logs[..., 0] - logs[..., 1], logs[..., 2] - logs[..., 1]


def _light(reference: Reference, gains: Floats, doubt: float) -> Light:
    """A correction of e-fold in colour or fourfold in brightness is a doubt of 1."""
    red, green, blue = (float(gain) for gain in gains)
    return Light(reference, (red, green, blue), min(1.0, float(doubt)))


def _by_card(card: Patches) -> Floats | None:
    usable = (card.seen.max(axis=1) < CLIPPED) & (card.seen.max(axis=1) > DARK)
    if usable.sum() < MIN_PATCHES:
        return None
    seen = LINEAR[card.seen[usable].round().astype(np.uint8)]
    known = LINEAR[card.known[usable].round().astype(np.uint8)]
    gains = (seen * known).sum(axis=0) / np.maximum((seen * seen).sum(axis=0), 1e-6)
    return np.asarray(np.maximum(gains, 1e-3), np.float32)


def _dim(skin: Pixels) -> float:
    """Return 1 when the skin lies in the dark, where everything looks like necrosis."""
    light = float(np.median(skin.max(axis=1)))
    return min(max((DIM - light) / (DIM - NIGHT), 0), 1)


def _by_skin(skin: Pixels) -> Floats:
    """Correct only what no healthy skin explains: tone and lamp look alike in between."""
    red, blue = (float(np.median(ratio)) for ratio in log_ratios(skin))
    new_red, new_blue = np.clip(red, *SKIN_RED), np.clip(blue, *SKIN_BLUE)
    total = new_red + new_blue
    shift = (np.clip(total, *SKIN_SUM) - total) / 2
    return _even(np.array([new_red + shift - red, 0, new_blue + shift - blue], np.float32))


def _by_grey(rgb: Pixels, wound: Mask) -> Floats:
    """Shades of grey, Minkowski norm 6 (Finlayson and Trezzi 2004), outside the wound."""
    rest = rgb[~wound] if not wound.all() else rgb.reshape(-1, 3)
    norm = (LINEAR[rest[::7]].astype(np.float64) ** 6).mean(axis=0) ** (1 / 6)
    norm = np.maximum(norm, 1e-4)
    gains = np.log(norm.mean() / norm).clip(-np.log(MAX_GAIN), np.log(MAX_GAIN))
    return _even(gains.astype(np.float32))


def _even(logs: Floats) -> Floats:
    """Return gains that leave the mean brightness."""
    return np.asarray(np.exp(logs - logs.mean()), np.float32)


def _needed(rgb: Pixels) -> float:
    """Return by how much an underexposed picture is to be lightened; 1 when it is not."""
    light = float(LINEAR[int(np.percentile(rgb[::3, ::3].max(axis=2), 98))])
    return max(BRIGHT / max(light, 1e-3), 1)


def _srgb(linear: Floats) -> Pixels:
    low, high = 12.92 * linear, 1.055 * np.maximum(linear, 1e-6) ** (1 / 2.4) - 0.055
    value = np.where(linear <= 0.0031308, low, high)  # noqa: PLR2004 - IEC 61966-2-1
    return np.asarray((value * 255).round().clip(0, 255), np.uint8)
