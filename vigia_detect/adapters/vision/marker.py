"""Vigia's sticker in a picture, and from it the plane of the wound in millimetres."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import starmap
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from vigia_detect.adapters.vision.constancy import Pixels

Points = npt.NDArray[np.float64]  # shape (n, 2)
Matrix = npt.NDArray[np.float64]  # shape (3, 3)

# Big cells read from afar and aslant. The ids are Vigia's, so that no other sheet is taken for it.
FAMILY: Final = cv2.aruco.DICT_4X4_50
SIDE_MM: Final = 20.0
# id: left and top of the marker in millimetres on the sticker, x to the right, y towards the feet
MARKERS: Final[Mapping[int, tuple[float, float]]] = {37: (5.0, 5.0), 41: (59.0, 5.0)}
STICKER_MM: Final = (84.0, 44.0)

MIN_SIDE = 24  # pixels; below, a corner's error of 0.2 pixels is 1 % of the side
MAX_TILT = 45.0  # degrees
MAX_MISFIT = 0.02  # of the marker's side: bent sticker, or markers that tell different sizes
# Focal lengths tried, in longer sides of the picture: phones have 0.7 to 0.8, their second lens
# 1.4 to 2, a cropped picture more. The one that fits the corners best is taken.
FOCALS = (0.6, 0.75, 0.95, 1.3, 2.0, 3.5)


class RefusedError(Exception):
    """No size can be told; `reason` is a code (see `size.REASONS`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane of the sticker.

    Attributes:
        to_mm: homography from pixels to millimetres on the sticker, y towards the feet.
        tilt: degrees between the line of sight to the sticker and the plane's upright.
        side: shortest side of a marker, pixels.
        misfit: root mean square distance of corners seen and expected, in sides of the marker.
    """

    to_mm: Matrix
    tilt: float
    side: float
    misfit: float


def find_plane(rgb: Pixels) -> Plane:
    """Find the sticker and the plane it lies in.

    Args:
        rgb: sRGB, shape (h, w, 3).

    Raises:
        RefusedError: there is no sticker, or it cannot be trusted.
    """
    seen = _markers(rgb)
    if sum(corners.shape[0] for corners in seen.values()) > len(MARKERS):
        raise RefusedError("several_stickers")
    if any(corners.shape[0] > 1 for corners in seen.values()):
        raise RefusedError("markers_disagree")
    if not seen:
        raise RefusedError("no_marker")
    if len(seen) < len(MARKERS):
        raise RefusedError("marker_covered")
    plane = _plane(
        np.concatenate([seen[name][0] for name in MARKERS]),
        np.concatenate(list(starmap(_corners_mm, MARKERS.values()))),
        max(rgb.shape[:2]),
        (rgb.shape[1] / 2, rgb.shape[0] / 2),
    )
    return _trusted(plane)


def pixels_to_mm(to_mm: Matrix, points: Points) -> Points:
    """Map points, shape (n, 2), through a homography."""
    mapped = np.c_[points, np.ones(len(points))] @ to_mm.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def inverse(matrix: Matrix) -> Matrix:
    """Return the homography the other way."""
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _trusted(plane: Plane) -> Plane:
    if plane.side < MIN_SIDE:
        raise RefusedError("marker_too_small")
    if plane.misfit > MAX_MISFIT:
        raise RefusedError("markers_disagree")
    if plane.tilt > MAX_TILT:
        raise RefusedError("too_tilted")
    return plane


@cache
def _detector() -> Any:
    options = cv2.aruco.DetectorParameters()
    options.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    # Of a marker's cell, at most 7 pixels: halves the error of the area against 0.2 and 5.
    options.relativeCornerRefinmentWinSize = 0.8
    options.cornerRefinementWinSize = 7
    options.cornerRefinementMaxIterations = 50
    options.cornerRefinementMinAccuracy = 0.01
    options.errorCorrectionRate = 0.0  # a marker read with an error may be something else
    options.adaptiveThreshWinSizeMax = 33
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(FAMILY), options)


def _markers(rgb: Pixels) -> dict[int, Points]:
    """Return the corners of each of Vigia's markers, shape (copies, 4, 2), clockwise."""
    grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    corners, names, _ = _detector().detectMarkers(grey)
    found: dict[int, list[Points]] = {}
    for corner, name in zip(corners, [] if names is None else names.ravel(), strict=True):
        if int(name) in MARKERS:
            found.setdefault(int(name), []).append(corner[0].astype(np.float64))
    return {name: np.stack(copies) for name, copies in found.items()}


def _corners_mm(left: float, top: float) -> Points:
    right, bottom = left + SIDE_MM, top + SIDE_MM
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def _plane(seen: Points, known: Points, longer: int, centre: tuple[float, float]) -> Plane:
    """Fit a camera to the corners.

    A camera has fewer freedoms than a homography, so that what lies outside the sticker, where
    the wound is, is far less bent by small errors of the corners.
    """
    fits = [_camera(seen, known, factor * longer, centre) for factor in FOCALS]
    error, lens, turn, shift = min(fits, key=lambda fit: fit[0])
    to_pixels = lens @ np.column_stack([turn[:, 0], turn[:, 1], shift])
    sides = np.linalg.norm(
        seen - np.roll(seen.reshape(-1, 4, 2), -1, axis=1).reshape(-1, 2), axis=1
    )
    middle = turn @ np.append(known.mean(axis=0), 0) + shift
    slant = abs(float(turn[:, 2] @ middle)) / float(np.linalg.norm(middle))
    tilt = math.degrees(math.acos(min(slant, 1.0)))
    side = float(sides.min())
    return Plane(inverse(to_pixels), tilt, side, error / side)


def _camera(
    seen: Points, known: Points, focal: float, centre: tuple[float, float]
) -> tuple[float, Matrix, Matrix, Points]:
    """Return root mean square error in pixels, lens, rotation and translation."""
    lens = np.array([(focal, 0, centre[0]), (0, focal, centre[1]), (0, 0, 1.0)])
    flat = np.c_[known, np.zeros(len(known))]
    _, turn, shift = cv2.solvePnP(flat, seen, lens, None, flags=cv2.SOLVEPNP_IPPE)
    turn, shift = cv2.solvePnPRefineLM(flat, seen, lens, None, turn, shift)
    again, _ = cv2.projectPoints(flat, turn, shift, lens, None)
    error = math.sqrt(float(((again[:, 0] - seen) ** 2).sum(axis=1).mean()))
    rotation = np.asarray(cv2.Rodrigues(turn)[0], np.float64)
    return error, lens, rotation, np.asarray(shift, np.float64).ravel()
