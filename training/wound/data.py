"""FUSeg pictures, split so that near-duplicates of one wound stay on the same side."""

import json
from dataclasses import dataclass
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image

SIDE = 512
NEAR = 12  # differing bits of a 64-bit perceptual hash below which two pictures count as one wound
VALIDATION_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Example:
    """A picture and its mask, by path; `mask` is None for a picture without any wound."""

    image: Path
    mask: Path | None

    def load(self) -> tuple[np.ndarray, np.ndarray]:
        """Return RGB uint8 (h, w, 3) and a mask uint8 0/1 (h, w)."""
        image = np.asarray(Image.open(self.image).convert("RGB"))
        if self.mask is None:
            return image, np.zeros(image.shape[:2], np.uint8)
        return image, (np.asarray(Image.open(self.mask).convert("L")) > 0).astype(np.uint8)


def examples(root: Path) -> list[Example]:
    """Return the pairs of `root/images` and `root/masks`, by name."""
    return [
        Example(path, root / "masks" / f"{path.stem}.png")
        for path in sorted((root / "images").iterdir())
    ]


def groups(pairs: list[Example]) -> np.ndarray:
    """Return a group number for each picture: near-duplicates share one (single linkage)."""
    hashes = np.stack([_hash(pair.image) for pair in pairs])
    parent = list(range(len(pairs)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i in range(len(pairs)):
        for j in np.flatnonzero((hashes[i] != hashes[i + 1 :]).sum(1) <= NEAR) + i + 1:
            parent[root(int(j))] = root(i)
    return np.array([root(i) for i in range(len(pairs))])


def split(pairs: list[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Return training and validation examples; whole groups go to one side."""
    group = groups(pairs)
    order = np.random.default_rng(seed).permutation(np.unique(group))
    wanted = round(len(pairs) * VALIDATION_SHARE)
    held: set[int] = set()
    count = 0
    for number in order:
        size = int((group == number).sum())
        if count + size <= wanted:
            held.add(int(number))
            count += size
    train = [p for p, g in zip(pairs, group, strict=True) if int(g) not in held]
    validation = [p for p, g in zip(pairs, group, strict=True) if int(g) in held]
    return train, validation


def write_split(path: Path, train: list[Example], validation: list[Example]) -> None:
    """Keep the names on each side, so that a later reading judges the same pictures."""
    path.write_text(
        json.dumps(
            {
                "train": [p.image.stem for p in train],
                "validation": [p.image.stem for p in validation],
            },
            indent=1,
        )
        + "\n"
    )


def _hash(path: Path) -> np.ndarray:
    return imagehash.phash(Image.open(path)).hash.ravel()
