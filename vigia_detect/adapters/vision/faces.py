"""Faces that look at the camera. A face turned away, masked, half in view or tiny is not found."""

import functools
from pathlib import Path

import cv2
from cv2.data import haarcascades

from vigia_detect.adapters.vision.scene import Pixels

CASCADE = "haarcascade_frontalface_alt2.xml"  # comes with OpenCV (Intel licence)
STEP = 1.15  # between sizes looked at
SMALLEST = 26  # pixels of a picture of 256: a tenth of its side
AGREEING = 10  # overlapping finds that make a face; with 7 one foot in 203 was one


def faces(grey: Pixels) -> int:
    """Return how many faces are found in a grey picture, longer side 256 pixels."""
    found = _cascade().detectMultiScale(grey, STEP, AGREEING, minSize=(SMALLEST, SMALLEST))
    return len(found)


@functools.lru_cache(maxsize=1)
def _cascade() -> cv2.CascadeClassifier:
    cascade = cv2.CascadeClassifier(str(Path(haarcascades) / CASCADE))
    if cascade.empty():  # OpenCV says nothing when the file is not there
        raise FileNotFoundError(CASCADE)
    return cascade
