"""From a picture to the numbers that a head reads, in three blocks."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from vigia_detect.adapters.vision.classifier.backbone import Bytes, Floats, Mask, backbone
from vigia_detect.adapters.vision.classifier.colour import colour
from vigia_detect.adapters.vision.classifier.heads import Numbers
from vigia_detect.adapters.vision.classifier.views import mirrored, squares

BLOCKS = ("deep", "texture", "colour")
Blocks = dict[str, Floats]  # each (n, size of the block)
FLAT = 1e-6  # a deviation below it is no change
LIMIT = 5.0  # standard deviations beyond which a feature says no more


def describe(rgb: Bytes, mask: Mask | None = None) -> Blocks:
    """Return the blocks of one picture, each (1, size), averaged over scales and mirror images.

    Args:
        rgb: (h, w, 3), sRGB.
        mask: (h, w), where the wound is, or None.
    """
    views = squares(rgb, mask)
    maps = backbone().run(mirrored(views))
    rows = (maps.deep.mean(0), maps.texture.mean(0), colour(views))
    return {name: row[None] for name, row in zip(BLOCKS, rows, strict=True)}


def stacked(rows: list[Blocks]) -> Blocks:
    """Return the blocks of several pictures under one another."""
    return {name: np.concatenate([row[name] for row in rows]) for name in BLOCKS}


@dataclass(frozen=True, slots=True)
class Scaler:
    """Brings each feature to mean 0 and each block to mean square length 1 / number of blocks.

    Blocks count alike, however many features they have.

    Attributes:
        blocks: names of those used, in order.
        mean: (features,).
        inverse: (features,), 1 / standard deviation, 0 for a feature that never changed.
        weight: (features,), what makes blocks count alike.
    """

    blocks: tuple[str, ...]
    mean: Numbers
    inverse: Numbers
    weight: Numbers

    @classmethod
    def fit(cls, blocks: tuple[str, ...], features: Blocks) -> Self:
        """Measure the features of the pictures to learn from."""
        used = [features[name].astype(np.float64) for name in blocks]
        deviation = np.hstack([part.std(0) for part in used])
        inverse = np.where(deviation > FLAT, 1 / np.maximum(deviation, FLAT), 0.0)
        sizes = [np.full(part.shape[1], part.shape[1]) for part in used]
        weight = 1 / np.sqrt(np.concatenate(sizes) * len(blocks))
        return cls(blocks, np.hstack([part.mean(0) for part in used]), inverse, weight)

    def apply(self, features: Blocks) -> Numbers:
        """Return (n, features) for a head."""
        joined = np.hstack([features[name] for name in self.blocks]).astype(np.float64)
        steps = np.clip((joined - self.mean) * self.inverse, -LIMIT, LIMIT)
        return np.asarray(steps * self.weight, np.float64)
