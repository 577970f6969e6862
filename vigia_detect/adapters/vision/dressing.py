"""A dressing: a flat, pale or blue patch with skin around it. Told as far as it can be.

A dressing in the colour of the skin, a clear film, gauze that fills the frame and a stocking are
not told from skin or from a sheet: nothing found never means that there is no dressing.
"""

import cv2
import numpy as np
import numpy.typing as npt

from vigia_detect.adapters.vision.scene import Mask
from vigia_detect.adapters.vision.views import Surface

PALE = (55, 12)  # L* at least, chroma at most: gauze, tape and foam in white
BLUE = (-4, 25)  # b* at most, L* at least
FLAT = 2.5  # roughness at most; skin has about as much, sores and nails have more
COMPACT = 0.75  # of the smallest turned rectangle around it: dressings are cut straight
SURROUNDED = 0.7  # share of skin just around it: a sheet has skin on one side only
CUT = 0.2  # share of the patch's rim on the edge of the frame
RING = (18, 26)  # pixels of 256 around it; nearer, its own edge looks rough


def dressing(found: Surface, where: Mask) -> float:
    """Return the share of the frame under the largest patch that looks like a dressing, 0 to 1.

    Args:
        found: the picture.
        where: skin, from `skin`.
    """
    pale = (found.lightness > PALE[0]) & (found.chroma < PALE[1])
    blue = (found.b < BLUE[0]) & (found.lightness > BLUE[1])
    flat = (pale | blue) & (found.rough < FLAT) & found.inside
    patches = cv2.morphologyEx(flat.astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(patches, connectivity=4)
    largest = 0
    for number in np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:5] + 1:
        if _is_dressing(labels == number, where):
            largest = max(largest, int(stats[number, cv2.CC_STAT_AREA]))
    return round(largest / max(int(np.count_nonzero(found.inside)), 1), 3)


def _is_dressing(patch: Mask, where: Mask) -> bool:
    filled: npt.NDArray[np.uint8] = patch.astype(np.uint8)
    points = cv2.findNonZero(filled)
    (_, (wide, high), _) = cv2.minAreaRect(points)
    if np.count_nonzero(patch) < COMPACT * wide * high:
        return False
    around = _grown(filled, RING[1]) & ~_grown(filled, RING[0])
    return bool(around.any()) and _cut_off(patch) < CUT and float(where[around].mean()) > SURROUNDED


def _grown(filled: npt.NDArray[np.uint8], by: int) -> Mask:
    return cv2.dilate(filled, np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


def _cut_off(patch: Mask) -> float:
    """Return how much of a patch's rim lies on the frame's edge: a sheet runs out of the frame."""
    edge = (patch[0].sum(), patch[-1].sum(), patch[:, 0].sum(), patch[:, -1].sum())
    return float(sum(edge)) / max(4 * float(np.sqrt(patch.sum())), 1)
