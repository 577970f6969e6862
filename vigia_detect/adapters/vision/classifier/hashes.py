"""Tells when two pictures are one: copied, scaled, compressed anew, mirrored or turned."""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from vigia_detect.adapters.vision.classifier.backbone import Bytes, Floats

NEAR = 10  # of 64 bits; copies differ by 0 to 8, unrelated pictures by 32 on average
ALIKE = 0.95  # correlation of thumbnails that confirms it: hashes alone meet by chance
SIDE = 24
Pixel = TypeVar("Pixel", np.uint8, np.float32)
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Print:
    """The finger print of one picture.

    Attributes:
        hashes: (8,), perceptual hash of each way to turn and mirror it, as it is first.
        thumbnail: (24, 24), grey, mean 0 and length 1.
    """

    hashes: Hashes
    thumbnail: Floats


def finger_print(rgb: Bytes) -> Print:
    """Return the finger print of a picture (h, w, 3)."""
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    square = np.asarray(cv2.resize(grey, (128, 128), interpolation=cv2.INTER_AREA), np.uint8)
    thumbnail = cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    thumbnail -= thumbnail.mean()
    length = max(float(np.linalg.norm(thumbnail)), 1e-6)
    hashes = [_hash(turned) for turned in _turns(square)]
    return Print(np.array(hashes, np.uint64), np.asarray(thumbnail / length, np.float32))


def pairs(prints: list[Print]) -> list[tuple[int, int]]:
    """Return the pairs (i, j), i < j, of pictures that are one."""
    plain = np.array([each.hashes[0] for each in prints], np.uint64)
    found = []
    for index, each in enumerate(prints):
        others = plain[index + 1 :]
        bits = np.bitwise_count(each.hashes[:, None] ^ others[None, :])
        near = np.flatnonzero(bits.min(0) <= NEAR) + index + 1
        found += [(index, int(o)) for o in near if _alike(each.thumbnail, prints[o].thumbnail)]
    return found


def _alike(one: Floats, other: Floats) -> bool:
    return max(float((turned * other).sum()) for turned in _turns(one)) >= ALIKE


def _turns(square: npt.NDArray[Pixel]) -> list[npt.NDArray[Pixel]]:
    mirrored = square[:, ::-1]
    return [np.rot90(each, times) for each in (square, mirrored) for times in range(4)]


def _hash(grey: Bytes) -> int:
    return int(str(imagehash.phash(Image.fromarray(np.ascontiguousarray(grey)))), 16)
