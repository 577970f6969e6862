"""How steady the found wound is when the picture is turned, mirrored or lit otherwise.

    python -m wound.robustness MANIFEST.json DATA SPLIT.json

For every held picture on which a wound is found: the Dice between the mask of the changed picture
and the changed mask of the picture. Medians go to the model card; the aim is above 0.95.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from vigia_detect.adapters.vision.segmenter import Segmenter
from wound.data import examples
from wound.evaluate import dice

Change = Callable[[np.ndarray], np.ndarray]


def turned(degrees: float) -> Change:
    """Return what turns a picture or a mask about its middle."""

    def change(pixels: np.ndarray) -> np.ndarray:
        height, width = pixels.shape[:2]
        move = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), degrees, 1)
        how = cv2.INTER_LINEAR if pixels.ndim == 3 else cv2.INTER_NEAREST
        return cv2.warpAffine(pixels, move, (width, height), flags=how)

    return change


def lit(*factors: float) -> Change:
    """Return what multiplies red, green and blue."""

    def change(pixels: np.ndarray) -> np.ndarray:
        if pixels.ndim == 2:
            return pixels
        return np.clip(pixels * np.array(factors), 0, 255).astype(np.uint8)

    return change


CHANGES: dict[str, Change] = {
    "turned by 15 degrees": turned(15),
    "turned by -15 degrees": turned(-15),
    "turned by 90 degrees": lambda pixels: np.ascontiguousarray(np.rot90(pixels)),
    "mirrored": lambda pixels: np.ascontiguousarray(pixels[:, ::-1]),
    "upside down": lambda pixels: np.ascontiguousarray(pixels[::-1]),
    "a fifth darker": lit(0.8, 0.8, 0.8),
    "a fifth lighter": lit(1.2, 1.2, 1.2),
    "warmer light": lit(1.08, 1.0, 0.92),
    "colder light": lit(0.92, 1.0, 1.08),
}


def agreements(segmenter: Segmenter, pictures: Iterator[np.ndarray]) -> dict[str, list[float]]:
    """Return for each change the Dice of every picture on which a wound is found."""
    found: dict[str, list[float]] = {name: [] for name in CHANGES}
    for image in pictures:
        mask = segmenter.mask(segmenter.probability(image))
        if not mask.any():
            continue
        for name, change in CHANGES.items():
            again = segmenter.mask(segmenter.probability(change(image)))
            found[name].append(dice(again, change(mask.astype(np.uint8)) > 0))
    return found


def main() -> None:
    """Read the arguments and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("manifest", "data", "split"):
        parser.add_argument(name, type=Path)
    args = parser.parse_args()
    names = set(json.loads(args.split.read_text())["validation"])
    held = (e.load()[0] for e in examples(args.data) if e.image.stem in names)
    for name, values in agreements(Segmenter(args.manifest), held).items():
        low, middle, high = np.percentile(values, (25, 50, 75))
        print(f"{name:24s} {middle:.3f} ({low:.3f} to {high:.3f}), n={len(values)}")


if __name__ == "__main__":
    main()
