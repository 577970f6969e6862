"""Where a classifier looks: by hiding places, which counts every block, not the network alone."""

from collections.abc import Callable

import cv2
import numpy as np

from vigia_detect.adapters.vision.classifier.backbone import SIDE, Bytes, Floats

CELLS = 6  # a side; each is hidden with half of its neighbours
BLUR = 0.12  # of the longer side: nothing of a wound is left, its surroundings' colour is


def occlusion(rgb: Bytes, chance: Callable[[Bytes], float]) -> Floats:
    """Return (h, w), 0 to 1, how much the logarithm of a probability falls where a place is hidden.

    Args:
        rgb: (h, w, 3).
        chance: tells the probability of the class in question for a picture.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(round(width * scale), CELLS), max(round(height * scale), CELLS))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    hidden = cv2.GaussianBlur(small, (0, 0), BLUR * max(size)).astype(np.float32)
    whole = np.log(max(chance(small), 1e-12))
    falls = np.zeros((CELLS, CELLS), np.float32)
    for row, column in np.ndindex(CELLS, CELLS):
        veil = _veil(size, row, column)[..., None]
        picture = np.asarray(veil * hidden + (1 - veil) * small, np.uint8)
        falls[row, column] = max(whole - np.log(max(chance(picture), 1e-12)), 0.0)
    heat = np.clip(cv2.resize(falls, (width, height), interpolation=cv2.INTER_CUBIC), 0, None)
    return np.asarray(heat / max(float(heat.max()), 1e-6), np.float32)


def _veil(size: tuple[int, int], row: int, column: int) -> Floats:
    """Return (h, w), 1 where a cell is hidden, falling softly to 0 over its neighbours."""
    width, height = size
    across = (np.arange(width) + 0.5) / width * CELLS - column - 0.5
    down = (np.arange(height) + 0.5) / height * CELLS - row - 0.5
    soft = [np.clip(1.5 - abs(line), 0, 1) for line in (down, across)]
    return np.asarray(np.outer(*soft), np.float32)
