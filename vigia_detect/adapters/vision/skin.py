"""Where a picture may show skin, of any tone, by its colour and its smoothness.

Wood, fur and beige walls can look the same: skin found does not mean that there is a patient, only
a picture with none cannot be of one.
"""

import cv2
import numpy as np

from vigia_detect.adapters.vision.scene import Mask
from vigia_detect.adapters.vision.views import Surface

# CIE Lab limits. The ten tones of the Monk scale have chroma 3.8 (darkest) to 28 and hue 49 to 89;
# around the wounds of the 810 photographs nine tenths have hue 11 to 98, and chroma 6 to 39.
LEAST_LIGHT = 8
CHROMA = (2.5, 38)
HUE = (-12, 95)
ROUGH = (0.2, 5)  # nothing photographed is smoother, fur and gravel are rougher
REDDER = 9  # CIE a*; the drawn skin of one person varies by less than 4
PATCH = 9  # pixels of 256: skin comes in areas at least as wide as a finger


def skin(found: Surface) -> Mask:
    """Return where there may be skin: areas of its colour and smoothness, shape of the surface."""
    hue, chroma = found.hue, found.chroma
    likely = found.inside & (found.lightness > LEAST_LIGHT)
    likely &= (hue > HUE[0]) & (hue < HUE[1]) & (chroma > CHROMA[0]) & (chroma < CHROMA[1])
    likely &= (found.rough > ROUGH[0]) & (found.rough < ROUGH[1])
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (PATCH, PATCH))
    return cv2.morphologyEx(likely.astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0


def discoloured(found: Surface, where: Mask) -> float:
    """Return the share of the skin in its largest area redder or more purple than the rest.

    A hook, not a finding: pressure injuries of intact skin have no open wound. On dark skin they
    are often not redder, and are not seen here.

    Args:
        found: the picture.
        where: skin, from `skin`.
    """
    if not where.any():
        return 0.0
    redder = found.a - np.median(found.a[where]) > REDDER
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (PATCH, PATCH))
    areas = cv2.morphologyEx((redder & where).astype(np.uint8), cv2.MORPH_OPEN, kernel)
    _, _, stats, _ = cv2.connectedComponentsWithStats(areas)
    largest = int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))
    return largest / int(np.count_nonzero(where))
