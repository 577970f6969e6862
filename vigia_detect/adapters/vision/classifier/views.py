"""Square cut-outs of a picture: the whole of it and its subject, each also mirrored."""

import cv2
import numpy as np

from vigia_detect.adapters.vision.classifier.backbone import SIDE, Bytes, Mask

FOCUS = 0.65  # of the shorter side: what a close-up is about lies in its middle
MARGIN = 1.4  # of a wound's larger side: the skin around it tells its class too
LEAST_WOUND = 0.002  # of the picture; smaller is a speck


def squares(rgb: Bytes, mask: Mask | None = None) -> Bytes:
    """Return (2, 288, 288, 3): the whole picture, and the wound or else the middle.

    Args:
        rgb: (h, w, 3), sRGB.
        mask: (h, w), where the wound is; None when nobody says.
    """
    return np.stack([_whole(rgb), _resized(_subject(rgb, mask))])


def mirrored(views: Bytes) -> Bytes:
    """Return the views (n, h, w, 3) and their mirror images: (2n, h, w, 3)."""
    return np.concatenate([views, views[:, :, ::-1]])


def _whole(rgb: Bytes) -> Bytes:
    """Return the picture made square by mirroring at its longer edges: no new colour, no bars."""
    height, width = rgb.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(round(width * scale), 2), max(round(height * scale), 2))
    small = cv2.resize(rgb, size, interpolation=_interpolation(scale))
    down, right = SIDE - size[1], SIDE - size[0]
    edges = (down // 2, down - down // 2, right // 2, right - right // 2)
    return np.asarray(cv2.copyMakeBorder(small, *edges, cv2.BORDER_REFLECT), np.uint8)


def _subject(rgb: Bytes, mask: Mask | None) -> Bytes:
    height, width = rgb.shape[:2]
    middle, side = (height / 2, width / 2), FOCUS * min(height, width)
    if mask is not None and mask.mean() >= LEAST_WOUND:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        middle = ((rows[0] + rows[-1] + 1) / 2, (columns[0] + columns[-1] + 1) / 2)
        side = MARGIN * max(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
    side = max(min(round(side), height, width), 1)
    top = min(max(round(middle[0] - side / 2), 0), height - side)
    left = min(max(round(middle[1] - side / 2), 0), width - side)
    return rgb[top : top + side, left : left + side]


def _resized(square: Bytes) -> Bytes:
    scale = SIDE / len(square)
    return np.asarray(
        cv2.resize(square, (SIDE, SIDE), interpolation=_interpolation(scale)), np.uint8
    )


def _interpolation(scale: float) -> int:
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
