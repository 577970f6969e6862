"""Colour in numbers: red granulation, yellow slough and black necrosis differ by it."""

import cv2
import numpy as np

from vigia_detect.adapters.vision.classifier.backbone import Bytes, Floats

PERCENTILES = (5, 25, 50, 75, 95)
# Edges of a* (green to red) and b* (blue to yellow) in CIELAB, finer where skin and wounds lie.
RED = np.array([-128, 0, 8, 16, 24, 32, 42, 128])
YELLOW = np.array([-128, 0, 8, 16, 24, 34, 128])
INNER = 0.5  # side of the square within the subject that is looked at on its own


def colour(squares: Bytes) -> Floats:
    """Return the colour statistics of the whole, the subject and the subject's inside.

    Args:
        squares: (2, side, side, 3), sRGB: whole and subject (see `views.squares`).

    Returns:
        (189,): for each, mean, deviation, five percentiles and a histogram of hue, in CIELAB.
    """
    whole, subject = (_lab(square) for square in squares)
    edge = round(len(subject) * (1 - INNER) / 2)
    inside = subject[edge:-edge, edge:-edge]
    return np.concatenate([_statistics(part) for part in (whole, subject, inside)])


def _lab(square: Bytes) -> Floats:
    small = cv2.resize(square, (144, 144), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _statistics(lab: Floats) -> Floats:
    pixels = lab.reshape(-1, 3)
    counts = np.histogram2d(pixels[:, 1], pixels[:, 2], bins=(RED, YELLOW))[0]
    parts = (
        pixels.mean(0),
        pixels.std(0),
        np.percentile(pixels, PERCENTILES, axis=0).ravel(),
        np.sqrt(counts / len(pixels)).ravel(),  # roots: a small black area counts
    )
    return np.concatenate(parts).astype(np.float32)
