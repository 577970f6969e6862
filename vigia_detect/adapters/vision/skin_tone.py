"""Healthy skin around a wound, and its tone."""

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from vigia_detect.adapters.vision.constancy import (
    CLIPPED,
    DARK,
    Light,
    Mask,
    Pixels,
    corrected,
    log_ratios,
)

Tone = Literal["very_light", "light", "intermediate", "tan", "brown", "dark"]

# Of the wound's own size: the rim next to it is often red, far away is no longer its body part.
GAP, WIDTH = 0.08, 0.35
MIN_PIXELS = 200  # fewer give a median that texture moves; engineering choice
BAD_LIGHT = 0.5  # doubt from which an angle says more about the lamp than about the skin
MIN_SHARE = 0.1  # of the ring: less is a sheet with a few pixels that look like skin
# Skin in light of any usual lamp: wider than skin in white light by about a factor of 2.
RED, BLUE = (0.05, 1.7), (-1.9, 0.05)
# ITA in degrees above which a tone begins (Chardon 1991, the usual six groups)
TONES: tuple[tuple[float, Tone], ...] = (
    (55, "very_light"),
    (41, "light"),
    (28, "intermediate"),
    (10, "tan"),
    (-30, "brown"),
    (-180, "dark"),
)


@dataclass(frozen=True, slots=True)
class SkinTone:
    """Skin tone as an individual typology angle.

    Attributes:
        ita: degrees, 90 (white) to -90 (black); None when too little skin is seen or the light
            is too bad.
        tone: its group; None likewise. Unknown is never taken for light.
        calibrated: whether a colour card was in the picture; else the value is an estimate that
            moves with light and exposure.
        pixels: how many pixels of skin it was read from.
    """

    ita: float | None
    tone: Tone | None
    calibrated: bool
    pixels: int


def healthy_skin(rgb: Pixels, wound: Mask) -> Mask:
    """Return the ring of likely healthy skin around a wound; empty when there is too little.

    Args:
        rgb: sRGB, shape (h, w, 3).
        wound: shape (h, w).
    """
    size = math.sqrt(float(wound.sum()))
    if not size:
        return np.zeros_like(wound)
    away = cv2.distanceTransform((~wound).astype(np.uint8), cv2.DIST_L2, 3)
    ring = (away > max(GAP * size, 2)) & (away <= (GAP + WIDTH) * size + 2)
    pixels = rgb[ring]
    red, blue = log_ratios(pixels)
    high = pixels.max(axis=1)
    likely = (high > DARK) & (high < CLIPPED) & (red > RED[0]) & (red < RED[1])
    likely &= (blue > BLUE[0]) & (blue < BLUE[1])
    if likely.sum() < max(MIN_PIXELS, MIN_SHARE * likely.size):
        return np.zeros_like(wound)
    ring[ring] = likely
    return np.asarray(ring, np.bool_)


def skin_tone(rgb: Pixels, skin: Mask, light: Light) -> SkinTone:
    """Read the tone of healthy skin.

    Only a card's light is taken back: judging light by skin and skin by that light would be
    going round in a circle.

    Args:
        rgb: sRGB as photographed, shape (h, w, 3).
        skin: see `healthy_skin`.
        light: see `constancy.judge_light`.
    """
    count, by_card = int(skin.sum()), light.reference == "card"
    if count < MIN_PIXELS or light.doubt >= BAD_LIGHT:
        return SkinTone(None, None, by_card, count)
    pixels = rgb[skin][None]
    seen = corrected(pixels, light) if by_card else pixels
    lab = cv2.cvtColor(seen.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[0]
    lightness, _, yellow = np.median(lab, axis=0)
    ita = math.degrees(math.atan2(float(lightness) - 50, max(float(yellow), 0.1)))
    return SkinTone(round(ita, 1), tone_of(ita), by_card, count)


def tone_of(ita: float) -> Tone:
    """Return the group of an individual typology angle in degrees."""
    return next((tone for above, tone in TONES if ita > above), "dark")
