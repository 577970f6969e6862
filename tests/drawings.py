"""Pictures of no patient, drawn or taken from packages, and marks that a model might claim."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import skimage
from PIL import Image, ImageDraw
from sklearn.datasets import load_sample_images

from vigia_detect.adapters.vision.scene import Mask, Pixels, Scene

SIZE = (480, 360)
PHOTOGRAPHS = (
    *("coffee.png", "rocket.jpg", "page.png", "text.png", "grass.png", "brick.png", "gravel.png"),
    *("retina.jpg", "ihc.png", "hubble_deep_field.jpg", "color.png", "coins.png", "moon.png"),
)


def scene(rgb: npt.ArrayLike) -> Scene:
    """Return a picture as the gate gets it."""
    pixels = np.clip(np.asarray(rgb), 0, 255).astype(np.uint8)
    height, width = pixels.shape[:2]
    return Scene(pixels, width, height, 1.0)


def photograph(name: str) -> Pixels:
    """Return a picture of scikit-image or, by `china.jpg` and `flower.jpg`, of scikit-learn."""
    if name in {"china.jpg", "flower.jpg"}:
        images: list[Pixels] = load_sample_images().images
        return images[("china.jpg", "flower.jpg").index(name)]
    path = Path(skimage.__file__).parent / "data" / name
    return np.asarray(Image.open(path).convert("RGB"))


def grain(seed: int, pixels: npt.ArrayLike, sigma: float = 2) -> Pixels:
    """Return the picture with the noise of a sensor."""
    values = np.asarray(pixels, np.float32)
    noise = np.random.default_rng(seed).normal(0, sigma, values.shape)
    return np.clip(values + noise, 0, 255).astype(np.uint8)


def landscape(seed: int, *, sunset: bool = False) -> Pixels:
    """Draw a sky, hills and a meadow; at sunset the sky is red and orange."""
    rng = np.random.default_rng(seed)
    wide, high = SIZE
    fade = np.linspace(0, 1, high)[:, None, None]
    top, low = ((120, 30, 60), (250, 130, 40)) if sunset else ((70, 130, 220), (190, 215, 240))
    sky = np.array(top) * (1 - fade) + np.array(low) * fade
    image = Image.fromarray(grain(seed, np.broadcast_to(sky, (high, wide, 3))))
    draw = ImageDraw.Draw(image)
    for level, colour in ((0.55, (60, 80, 60)), (0.7, (50, 110, 40)), (0.85, (80, 140, 50))):
        ridge = level * high + 20 * np.sin(np.linspace(0, rng.uniform(4, 12), wide))
        rows = [(x, int(y)) for x, y in enumerate(ridge)]
        draw.polygon([(0, high), *rows, (wide, high)], fill=colour)
    leaves = rng.integers(-25, 25, (high, wide, 1))
    below = np.arange(high)[:, None, None] > 0.6 * high
    return grain(seed, np.asarray(image) + leaves * below)


def page(seed: int) -> Pixels:
    """Draw a page of black lines on cream paper."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", SIZE, (244, 238, 220))
    draw = ImageDraw.Draw(image)
    for y in range(20, SIZE[1] - 20, 22):
        line = "".join(rng.choice(list("abcdefghi lmnoprstu "), 55))
        draw.text((20, y), line, fill=(20, 20, 30), font_size=14)
    return grain(seed, image)


def plain(colour: tuple[int, int, int]) -> Pixels:
    """Return one colour with the noise of a sensor."""
    return grain(0, np.full((SIZE[1], SIZE[0], 3), colour))


def blob(pixels: Pixels, x: float, y: float, radius: float) -> Mask:
    """Return a disc; its middle is in shares of the picture, its radius of the shorter side."""
    high, wide = pixels.shape[:2]
    rows, columns = np.mgrid[:high, :wide]
    far = (columns - x * wide) ** 2 + (rows - y * high) ** 2
    return np.asarray(far < (radius * min(high, wide)) ** 2, np.bool_)
