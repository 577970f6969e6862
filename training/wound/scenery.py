"""Choose coloured, different pictures from a folder tree and store them small.

python -m wound.scenery FOLDER OUT
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image, UnidentifiedImageError

KINDS = {".jpg", ".jpeg", ".png"}
LEAST_BYTES = 40_000  # smaller files are icons
LEAST_SIDE = 200
LEAST_COLOUR = 6  # mean difference of red and blue: grey pictures teach nothing here
NEAR = 8  # bits of the perceptual hash below which two pictures are the same


def pictures(folder: Path) -> Iterator[Image.Image]:
    """Return the readable pictures that are large and coloured enough, by path."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in KINDS or path.is_symlink():
            continue
        if path.stat().st_size < LEAST_BYTES:
            continue
        try:
            image = Image.open(path).convert("RGB")
        except (UnidentifiedImageError, OSError):
            continue
        image.thumbnail((1024, 512))
        pixels = np.asarray(image, int)
        colour = np.abs(pixels[..., 0] - pixels[..., 2]).mean()
        if min(image.size) >= LEAST_SIDE and colour >= LEAST_COLOUR:
            yield image


def main(folder: Path, out: Path) -> None:
    """Store each picture that is not yet there in another size or cut."""
    out.mkdir(parents=True, exist_ok=True)
    seen: list[imagehash.ImageHash] = []
    for image in pictures(folder):
        mark = imagehash.phash(image)
        if all(mark - other >= NEAR for other in seen):
            image.save(out / f"{len(seen):03d}.jpg", quality=88)
            seen.append(mark)
    print(f"{len(seen)} pictures without wounds")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
