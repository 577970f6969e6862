"""Lines of text in view: a burned-in date, a name on a bracelet, a page.

A line of text is a long, low strip full of upright edges with nothing above and below it; folds of
a sheet and floor boards are not. Nothing is read. Small, slanted or handwritten text is missed: no
line found never means that there is none.
"""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from vigia_detect.adapters.vision.scene import Mask, Pixels

EDGE = 60  # Sobel response of an upright edge, of 1,020 at most
GAP = 13  # pixels between the edges of a line; 9 splits four of 27 dates that 13 keeps
LETTER = (7, 28)  # pixels high; the dates that cameras burn into pictures of 512 have 11
QUIET = 0.25  # of the edges inside: the most above and below a line
LENGTH = 4.5  # times its height: the shortest line


def line_strength(grey: Pixels) -> float:
    """Return how much the likeliest line looks like text, upright or on its side.

    Args:
        grey: uint8, shape (height, width), longer side 512 pixels.

    Returns:
        Upright edges for each letter's height along the line, 0 when there is no line at all.
    """
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)
    lines = [*_lines(grey), *_lines(_turned(grey)), *_lines(half), *_lines(_turned(half))]
    return max(lines, default=0.0)


def _turned(grey: Pixels) -> Pixels:
    return np.ascontiguousarray(grey.T)


def _lines(grey: Pixels) -> Iterator[float]:
    edges = cv2.Sobel(grey, cv2.CV_16S, 1, 0).astype(np.int16)
    strong = np.abs(edges) > EDGE
    joined = cv2.morphologyEx(strong.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, GAP), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((3, 2 * GAP), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    for left, top, wide, high, _area in found[1:].tolist():
        if LETTER[0] <= high <= LETTER[1] and wide >= LENGTH * high:
            across = slice(left, left + wide)
            if _stands_alone(strong[:, across], top, high):
                yield _alternation(edges[top : top + high, across], high)


def _stands_alone(strong: Mask, top: int, high: int) -> bool:
    """Tell whether there are far fewer edges just above and below than inside."""
    margin = max(high // 3, 2)
    above = strong[max(top - 1 - margin, 0) : max(top - 1, 0)]
    below = strong[top + high + 1 : top + high + 1 + margin]
    outside = np.concatenate([above, below])
    if not outside.size:
        return True
    within = float(strong[top : top + high].mean())
    return float(outside.mean()) < QUIET * within


def _alternation(edges: npt.NDArray[np.int16], high: int) -> float:
    """Return turns from dark to light and back in a row, for each letter's height of length."""
    signs = np.where(edges > EDGE, 1, np.where(edges < -EDGE, -1, 0))
    turns = [np.count_nonzero(np.diff(row[row != 0])) for row in signs]
    length: int = edges.shape[1]
    return float(np.median(turns)) * high / length
