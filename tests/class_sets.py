"""Draws pictures of classes that a classifier can learn, with a best accuracy known by making."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

CLASSES = ("stage_1", "stage_2", "stage_3", "stage_4")
# Colour (RGB) and grain of the drawn wound of each class.
LOOKS = (
    ((205, 120, 115), 0),
    ((190, 60, 60), 12),
    ((200, 165, 70), 25),
    ((70, 40, 40), 40),
)
SIDE = 128


def draw(look: int, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draw a wound of a look on uneven skin: (128, 128, 3), sRGB."""
    skin = cv2.resize(random.normal(0, 22, (5, 5, 1)).astype(np.float32), (SIDE, SIDE))
    picture = np.array((215, 175, 150), np.float32) + skin[..., None]
    colour, grain = LOOKS[look]
    wound = np.array(colour, np.float32) + random.normal(0, 8, 3)
    inside = np.zeros((SIDE, SIDE), np.uint8)
    centre, axes = random.integers(52, 77, 2).tolist(), random.integers(24, 44, 2).tolist()
    cv2.ellipse(inside, centre, axes, float(random.uniform(0, 180)), 0, 360, 1, -1)
    coarse = cv2.resize(random.normal(0, 1, (32, 32)).astype(np.float32), (SIDE, SIDE))
    picture[inside > 0] = (wound + grain * coarse[..., None])[inside > 0]
    noisy = picture + random.normal(0, 3, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def save(path: Path, rgb: npt.NDArray[np.uint8]) -> None:
    """Write a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), rgb[..., ::-1])


def draw_set(folder: Path, *, count: int, wrong: float, seed: int) -> None:
    """Draw `count` pictures into class folders; a share `wrong` bears another class's name.

    No classifier can be right more often than 1 - `wrong`, and one that knows the looks is.
    """
    random = np.random.default_rng(seed)
    for number in range(count):
        look = number % len(CLASSES)
        others = [other for other in range(len(CLASSES)) if other != look]
        label = int(random.choice(others)) if random.random() < wrong else look
        save(folder / CLASSES[label] / f"{number:04}.jpg", draw(look, random))
