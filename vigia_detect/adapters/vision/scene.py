"""The stored picture at the size at which everything looks at it: decoded once."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from vigia_detect.errors import CorruptDataError

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

LONGER_SIDE = 1024  # pixels; a wound of a tenth of the frame is then 100 wide


@dataclass(frozen=True, slots=True)
class Scene:
    """A decoded picture. It is never larger than what was stored.

    Attributes:
        rgb: sRGB, uint8, shape (height, width, 3), its longer side at most `LONGER_SIDE`.
        width: of the stored picture, in pixels.
        height: of the stored picture, in pixels.
        scale: stored pixels for each pixel of `rgb`, 1 or more.
    """

    rgb: Pixels
    width: int
    height: int
    scale: float


def load_scene(jpeg: bytes) -> Scene:
    """Decode a stored picture.

    Raises:
        CorruptDataError: it is no JPEG picture; what was stored has been damaged.
    """
    try:
        file = JpegImageFile(io.BytesIO(jpeg))
        width, height = file.size
        file.draft("RGB", _size(width, height))  # decoding small is much faster
        image = file.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise CorruptDataError("The stored picture cannot be read.") from error
    return scene_of(image, (width, height))


def scene_of(image: Image.Image, size: tuple[int, int]) -> Scene:
    """Return a decoded RGB picture as a scene.

    Args:
        image: upright; it may have been decoded smaller than the file says.
        size: width and height of the file's picture in pixels, upright.
    """
    wanted = _size(*size)
    if image.size != wanted:
        image = image.resize(wanted, Image.Resampling.HAMMING)
    return Scene(np.asarray(image, np.uint8), *size, max(1.0, max(size) / LONGER_SIDE))


def _size(width: int, height: int) -> tuple[int, int]:
    scale = max(1.0, max(width, height) / LONGER_SIDE)
    return max(round(width / scale), 1), max(round(height / scale), 1)
