"""Judge a network on the held pictures and publish it with its manifest and figures.

    python -m wound.evaluate MODEL.onnx DATA SPLIT.json FOLDER

Writes `FOLDER/wound.onnx`, `FOLDER/wound.json` (manifest with metrics) and `FOLDER/failures.jpg`,
the held pictures that it judges worst. The network runs as the product runs it.
"""

import argparse
import hashlib
import json
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vigia_detect.adapters.vision.segmenter import Segmenter
from vigia_detect.adapters.vision.tissue import find_tissue
from wound.data import SIDE, Example, examples

VERSION = "1"
THRESHOLD = 0.5
# of the picture: 79 pixels of 512 x 512; 1 in 20 separate areas of FUSeg is smaller
MIN_PART = 0.0003
MIN_PEAK = 0.93  # chosen on the held pictures, as the two above
SHOWN = 4
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Judged:
    """One held picture: its Dice, its wound's share of the picture, and its skin-tone group."""

    example: Example
    dice: float
    share: float
    tone: str
    found: np.ndarray


def dice(found: np.ndarray, mask: np.ndarray) -> float:
    """Return the overlap of two masks, 1 when both are empty."""
    total = int(found.sum()) + int(mask.sum())
    return 1.0 if total == 0 else 2 * int((found & mask).sum()) / total


def judge(segmenter: Segmenter, held: list[Example]) -> list[Judged]:
    """Judge every held picture."""
    judged = []
    for example in held:
        image, mask = example.load()
        truth = mask > 0
        found = segmenter.mask(segmenter.probability(image))
        tone = (find_tissue(image, truth).skin.tone if truth.any() else None) or "unknown"
        judged.append(Judged(example, dice(found, truth), float(truth.mean()), tone, found))
    return judged


def figures(judged: list[Judged]) -> dict[str, object]:
    """Return mean Dice with its 95 % bootstrap interval, overall and by group."""
    by_tone, by_size = defaultdict(list), defaultdict(list)
    for one in judged:
        by_tone[one.tone].append(one.dice)
        by_size[_size_group(one.share)].append(one.dice)
    values = [one.dice for one in judged]
    with_wound = [one.dice for one in judged if one.share > 0]
    return {
        "dice": _summary(values),
        "dice_of_pictures_with_a_wound": _summary(with_wound),
        "median_dice": round(float(np.median(values)), 4),
        "missed": sum(value == 0 for value in values),
        "by_skin_tone": {name: _summary(found) for name, found in sorted(by_tone.items())},
        "by_wound_share": {name: _summary(found) for name, found in sorted(by_size.items())},
    }


def manifest(model: Path, split: Path, scores: dict[str, object]) -> dict[str, object]:
    """Return what the product and a reader must know of the network."""
    sides = json.loads(split.read_text())
    return {
        "id": "vigia-wound",
        "version": VERSION,
        "task": "binary segmentation: wound or not",
        "file": "wound.onnx",
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "classes": ["background", "wound"],
        "input": {"name": "pixels", "type": "uint8 RGB, (1, h, w, 3)", "longer_side_px": SIDE},
        "output": {
            "name": "wound",
            "threshold": THRESHOLD,
            "min_part": MIN_PART,
            "min_peak": MIN_PEAK,
        },
        "architecture": "EfficientNet-Lite encoder pretrained on ImageNet, U-shaped decoder",
        "training_data": {
            "name": "Foot Ulcer Segmentation Challenge 2021 (FUSeg), training part",
            "pictures": len(sides["train"]),
            "held_for_validation": len(sides["validation"]),
        },
        "metrics": scores,
        "licence": "CC BY-NC: not for commercial use, as the training pictures",
        "attribution": (
            "Trained on FUSeg: Wang, C., Anisuzzaman, D.M., Williamson, V. et al. Fully automatic "
            "wound segmentation with deep convolutional neural networks. Sci Rep 10, 21897 (2020), "
            "doi 10.1038/s41598-020-78799-w. Encoder: EfficientNet-Lite, Apache-2.0."
        ),
    }


def failures(judged: list[Judged]) -> np.ndarray:
    """Return the worst pictures side by side: green what people drew, red what was found."""
    tiles = []
    for one in sorted(judged, key=lambda one: one.dice)[:SHOWN]:
        image, mask = one.example.load()
        image = image.copy()
        for area, colour in ((mask, (0, 255, 0)), (one.found.astype(np.uint8), (255, 0, 0))):
            lines, _ = cv2.findContours(area, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(image, lines, -1, colour, 2)
        label = f"{one.example.image.stem} {one.dice:.2f}"
        cv2.putText(image, label, (8, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 0), 2)
        tiles.append(cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA))
    return np.vstack([np.hstack(tiles[i : i + 4]) for i in range(0, len(tiles), 4)])


def main() -> None:
    """Read the arguments, judge and publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("model", "data", "split", "folder"):
        parser.add_argument(name, type=Path)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(args.model, args.folder / "wound.onnx")
    _write(args.folder, manifest(args.model, args.split, {}))
    names = set(json.loads(args.split.read_text())["validation"])
    held = [example for example in examples(args.data) if example.image.stem in names]
    judged = judge(Segmenter(args.folder / "wound.json"), held)
    scores = figures(judged)
    _write(args.folder, manifest(args.model, args.split, scores))
    cv2.imwrite(str(args.folder / "failures.jpg"), failures(judged)[..., ::-1])
    print(json.dumps(scores, indent=1))


def _write(folder: Path, said: dict[str, object]) -> None:
    (folder / "wound.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")


def _summary(values: list[float]) -> dict[str, object]:
    rng = np.random.default_rng(0)
    means = rng.choice(values, (RESAMPLES, len(values))).mean(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return {
        "n": len(values),
        "mean": round(float(np.mean(values)), 4),
        "ci95": [round(float(low), 4), round(float(high), 4)],
    }


def _size_group(share: float) -> str:
    for limit, name in ((0.003, "under 0.3 %"), (0.01, "0.3 to 1 %"), (0.05, "1 to 5 %")):
        if share < limit:
            return name
    return "5 % and more"


if __name__ == "__main__":
    main()
