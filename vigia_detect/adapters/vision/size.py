"""Length, width and area of a wound in centimetres. Without a sticker there are none.

Length is head to toe, the sticker's arrow pointing to the head, and width across it (PUSH 3.0).
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from vigia_detect.adapters.vision.constancy import Mask, Pixels
from vigia_detect.adapters.vision.marker import (
    STICKER_MM,
    Matrix,
    Plane,
    Points,
    RefusedError,
    find_plane,
    inverse,
    pixels_to_mm,
)

REASONS: Final = (
    "no_marker",
    "marker_covered",
    "marker_too_small",
    "marker_far",
    "markers_disagree",
    "several_stickers",
    "too_tilted",
    "wound_cut_off",
    "no_wound",
)
FAR_MM = 150.0  # from the sticker to the wound's far end: a body bends, and errors grow
Line = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Size:
    """A wound's size in the plane of the sticker; depth and the body's bend are not in it.

    Attributes:
        length_cm: head to toe.
        width_cm: across.
        area_cm2: covered by the wound, its holes left out.
        length_line: ends of the length in pixels (x, y).
        width_line: likewise.
        tilt: of the camera, degrees.
    """

    length_cm: float
    width_cm: float
    area_cm2: float
    length_line: Line
    width_line: Line
    tilt: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A size or the reason why there is none; just one of them is None."""

    size: Size | None
    reason: str | None


def measure_size(rgb: Pixels, wound: Mask) -> Measured:
    """Measure the largest wound of a mask.

    Args:
        rgb: sRGB, shape (h, w, 3).
        wound: shape (h, w).

    Returns:
        The size, or a reason out of `REASONS`.

    Raises:
        ValueError: the shapes do not fit.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.shape[:2] != wound.shape:  # noqa: PLR2004
        raise ValueError("the picture and the wound differ in shape")
    try:
        return Measured(_size(_largest(wound), find_plane(rgb)), None)
    except RefusedError as refused:
        return Measured(None, refused.reason)


def _size(wound: Mask, plane: Plane) -> Size:
    outline = _outline(wound)
    flat = pixels_to_mm(plane.to_mm, outline)
    _check_place(wound, flat)
    (left, top), (right, bottom) = flat.min(axis=0), flat.max(axis=0)
    middle_x, middle_y = flat.mean(axis=0)
    length = np.array([(middle_x, top), (middle_x, bottom)])
    width = np.array([(left, middle_y), (right, middle_y)])
    return Size(
        length_cm=round(float(bottom - top) / 10, 2),
        width_cm=round(float(right - left) / 10, 2),
        area_cm2=round(_area_mm2(wound, plane.to_mm) / 100, 2),
        length_line=_line(plane.to_mm, length),
        width_line=_line(plane.to_mm, width),
        tilt=round(plane.tilt, 1),
    )


def _check_place(wound: Mask, flat: Points) -> None:
    if wound[0].any() or wound[-1].any() or wound[:, 0].any() or wound[:, -1].any():
        raise RefusedError("wound_cut_off")
    outside = np.maximum(np.maximum(-flat, flat - np.array(STICKER_MM)), 0)
    away = np.linalg.norm(outside, axis=1)
    if away.min() <= 0:
        raise RefusedError("marker_covered")
    if away.max() > FAR_MM:
        raise RefusedError("marker_far")


def _largest(wound: Mask) -> Mask:
    if not wound.any():
        raise RefusedError("no_wound")
    _, labels, stats, _ = cv2.connectedComponentsWithStats(wound.astype(np.uint8))
    return np.asarray(labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax(), np.bool_)


def _outline(wound: Mask) -> Points:
    """Return the corners of the pixels along the wound's edge, shape (n, 2)."""
    kind = (cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contours, _ = cv2.findContours(wound.astype(np.uint8), *kind)
    points = contours[0][:, 0].astype(np.float64)
    halves = [(-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)]
    return np.concatenate([points + half for half in halves])


def _area_mm2(wound: Mask, to_mm: Matrix) -> float:
    """Add up what each pixel covers: the determinant of the homography's derivative there."""
    y, x = np.nonzero(wound)
    scale = to_mm[2, 0] * x + to_mm[2, 1] * y + to_mm[2, 2]
    return float((abs(np.linalg.det(to_mm)) / np.abs(scale) ** 3).sum())


def _line(to_mm: Matrix, ends: Points) -> Line:
    (x1, y1), (x2, y2) = pixels_to_mm(inverse(to_mm), ends).tolist()
    return (x1, y1), (x2, y2)
