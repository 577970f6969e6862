"""A scene at the sizes and in the colours in which it is looked at."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vigia_detect.adapters.vision.scene import Mask, Pixels, Scene

Floats = npt.NDArray[np.float32]

FINE, COARSE = 512, 256  # longer side: for edges and letters, for surfaces and faces
BORDER = 24  # what is nowhere brighter is the black bar of a padded picture


@dataclass(frozen=True, slots=True)
class Surface:
    """A picture as colour and roughness, made for telling skin from other things.

    Attributes:
        lightness: CIE L*, 0 to 100, float32, shape (height, width), longer side `COARSE`.
        a: CIE a*, from green (negative) to red.
        b: CIE b*, from blue (negative) to yellow.
        rough: mean distance in L* to the smoothed picture, about 1 to 4 on skin.
        inside: False on black bars.
    """

    lightness: Floats
    a: Floats
    b: Floats
    rough: Floats
    inside: Mask

    @property
    def chroma(self) -> Floats:
        """How far from grey, in CIE units."""
        return np.hypot(self.a, self.b)

    @property
    def hue(self) -> Floats:
        """Degrees from red (0) over yellow (90), -180 to 180."""
        return np.degrees(np.arctan2(self.b, self.a))


def shrunk(rgb: Pixels, side: int) -> Pixels:
    """Return the picture with its longer side `side`; a strip stays 8 pixels wide."""
    scale = side / max(rgb.shape[:2])
    height, width = (max(round(length * scale), 8) for length in rgb.shape[:2])
    # a picture smaller than that is enlarged, so that every figure is measured at one size
    return cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def shrunk_mask(mask: Mask, like: Floats) -> Mask:
    """Return the mask in the size of `like`; a wound of a single pixel is not lost."""
    size = (like.shape[1], like.shape[0])
    return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0


def surface(rgb: Pixels) -> Surface:
    """Return colour and roughness of a picture, shape (height, width, 3)."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    lightness = lab[..., 0] / 2.55
    rough = cv2.blur(np.abs(lightness - cv2.GaussianBlur(lightness, (0, 0), 3)), (9, 9))
    red, green, blue = (rgb[..., channel] for channel in range(3))
    inside = (red > BORDER) | (green > BORDER) | (blue > BORDER)
    return Surface(lightness, lab[..., 1] - 128, lab[..., 2] - 128, rough, inside)


def views(scene: Scene) -> tuple[Pixels, Pixels]:
    """Return the scene at the `FINE` and at the `COARSE` size."""
    fine = shrunk(scene.rgb, FINE)
    return fine, shrunk(fine, COARSE)
