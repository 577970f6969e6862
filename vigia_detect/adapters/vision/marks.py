"""Whether what a model marked as wound looks like one: it differs from the skin, as tissue does."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vigia_detect.adapters.vision.scene import Mask
from vigia_detect.adapters.vision.views import Surface

Doubles = npt.NDArray[np.float64]

LEAST = 8  # pixels: fewer have no mean colour
LEAST_AROUND = 20
NOISE = 4.0  # CIE units squared: what JPEG adds to every colour
RED, YELLOW, BLACK = 18, 14, 28  # a* at least, b* at least, L* at most
LIVELY = 0.5  # least roughness: tissue is wet and uneven, a sky and a painted wall are not
WORTH = 0.1  # of the largest mark: a smaller one beside it is a speck
SMALLEST = 0.0005  # of the frame, 40 pixels of 256 x 320


@dataclass(frozen=True, slots=True)
class Marks:
    """What a mask looks like in its picture.

    Attributes:
        share: of the frame, black bars left out, 0 to 1.
        count: of separate marks, specks left out.
        tissue: share of the mark in red, yellow or black of tissue and not flat, 0 to 1.
        red: share of the mark in the red of granulation or blood, not flat, 0 to 1.
        stands_out: distance of the mark's mean colour from that of its surroundings, in standard
            deviations; None when too little is around or inside it to compare.
        strange: root mean square distance of the mark's pixels from the colours around it, in
            standard deviations of those (Mahalanobis): a mixture of red, yellow and black on dark
            skin may have the skin's mean, but few pixels of its colour. None as before.
        edge: as `stands_out`, of a narrow band inside its outline and one outside: an outline that
            follows no edge of the picture has little of it.
    """

    share: float
    count: int
    tissue: float
    red: float
    stands_out: float | None
    strange: float | None
    edge: float | None


def marks(found: Surface, mask: Mask) -> Marks:
    """Describe a mask of the surface's size that marks something."""
    visible = max(int(np.count_nonzero(found.inside)), 1)
    return Marks(
        share=round(min(float(np.count_nonzero(mask)) / visible, 1), 4),
        count=_count(mask),
        tissue=round(float(tissue(found)[mask].mean()), 3),
        red=round(float(_red(found)[mask].mean()), 3),
        stands_out=_apart(found, mask, _ring(mask)),
        strange=_strange(found, mask, _ring(mask)),
        edge=_apart(found, *_bands(mask)),
    )


def tissue(found: Surface) -> Mask:
    """Return where the colours are those of granulation, slough or necrosis, and not flat."""
    hue = found.hue
    yellow = (found.b > YELLOW) & (hue >= 50) & (hue < 100) & (found.lightness > BLACK)  # noqa: PLR2004
    black = (found.lightness <= BLACK) & (found.a > -3) & (found.b > -3)  # noqa: PLR2004 - no blue
    return _red(found) | ((yellow | black) & (found.rough > LIVELY))


def _red(found: Surface) -> Mask:
    hue = found.hue
    red = (found.a > RED) & (hue > -25) & (hue < 50)  # noqa: PLR2004 - purple to orange
    return np.asarray(red & (found.rough > LIVELY), np.bool_)


def _count(mask: Mask) -> int:
    """Count marks; those closer than a fiftieth of the picture are one."""
    joined = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    areas = stats[1:, cv2.CC_STAT_AREA]
    least = max(WORTH * float(areas.max(initial=0)), SMALLEST * mask.size)
    return max(int(np.count_nonzero(areas >= least)), 1)


def _apart(found: Surface, within: Mask, around: Mask) -> float | None:
    """Return Fisher's distance between the mean colours of two areas."""
    pair = _colours(found, within, around)
    if pair is None:
        return None
    here, there = pair
    spread = (np.cov(here.T) + np.cov(there.T)) / 2 + NOISE * np.eye(3)
    step = here.mean(axis=0) - there.mean(axis=0)
    return round(float(np.sqrt(step @ np.linalg.solve(spread, step))), 3)


def _strange(found: Surface, within: Mask, around: Mask) -> float | None:
    pair = _colours(found, within, around)
    if pair is None:
        return None
    here, there = pair
    steps = here - there.mean(axis=0)
    spread = np.cov(there.T) + NOISE * np.eye(3)
    squares = (steps.T * np.linalg.solve(spread, steps.T)).sum(axis=0)
    return round(float(np.sqrt(squares.mean())), 3)


def _colours(found: Surface, within: Mask, around: Mask) -> tuple[Doubles, Doubles] | None:
    """Return the Lab colours of two areas, or None when they are too small to compare."""
    around = around & found.inside
    if np.count_nonzero(within) < LEAST or np.count_nonzero(around) < LEAST_AROUND:
        return None
    planes = (found.lightness, found.a, found.b)
    here, there = (np.stack([p[m] for p in planes], axis=-1) for m in (within, around))
    return here.astype(np.float64), there.astype(np.float64)


def _ring(mask: Mask) -> Mask:
    """Return what lies around a mask, half as far as it is wide; its edge is left out."""
    reach = int(np.clip(_width(mask) / 2, 4, 40))
    return _grown(mask, reach) & ~_grown(mask, 2)


def _bands(mask: Mask) -> tuple[Mask, Mask]:
    """Return bands inside and outside the outline, each a sixth of the mask's width."""
    wide = int(np.clip(_width(mask) / 6, 2, 10))
    return mask & _grown(~mask, wide), _grown(mask, wide + 1) & ~_grown(mask, 1)


def _width(mask: Mask) -> float:
    return float(np.sqrt(np.count_nonzero(mask)))


def _grown(mask: Mask, by: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0
