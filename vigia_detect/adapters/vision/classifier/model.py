"""A classifier ready to be asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from vigia_detect.adapters.vision.classifier.backbone import Bytes, Floats, Mask
from vigia_detect.adapters.vision.classifier.calibration import candidates, tempered
from vigia_detect.adapters.vision.classifier.explain import occlusion
from vigia_detect.adapters.vision.classifier.features import Blocks, describe
from vigia_detect.adapters.vision.classifier.figures import is_severe
from vigia_detect.adapters.vision.classifier.heads import Numbers
from vigia_detect.adapters.vision.classifier.model_file import Model, read_model
from vigia_detect.adapters.vision.classifier.selection import together
from vigia_detect.errors import InvalidOptionError


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says about one picture.

    Attributes:
        probabilities: by class code, calibrated, sum 1.
        candidates: class codes, likeliest first; the truth is among them with the model's
            coverage (90 % unless its maker chose otherwise).
        abstain: a milder class is likeliest, but a severe one too likely to propose it.
        model_id: whose words these are.
    """

    probabilities: dict[str, float]
    candidates: tuple[str, ...]
    abstain: bool
    model_id: str


class Classifier:
    """Applies a trained model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load a model; every file is checked against its manifest, every time.

        Raises:
            InvalidModelError: something is missing, damaged, changed or untrue.
        """
        return cls(read_model(folder))

    def predict(self, rgb: Bytes, mask: Mask | None = None) -> Prediction:
        """Judge one picture.

        Args:
            rgb: (h, w, 3), sRGB, upright.
            mask: (h, w), where the wound is; used if the model was trained with such masks.
        """
        return self.predictions(self._described(rgb, mask))[0]

    def predictions(self, features: Blocks) -> list[Prediction]:
        """Judge pictures by their features."""
        chances = self.probabilities(features)
        sets = candidates(chances, self.model.facts.candidate_threshold)
        return [
            Prediction(
                probabilities=dict(zip(self.model.classes, map(float, row), strict=True)),
                candidates=tuple(self.model.classes[index] for index in found),
                abstain=bool(left),
                model_id=self.model.id,
            )
            for row, found, left in zip(chances, sets, self.abstained(chances), strict=True)
        ]

    def probabilities(self, features: Blocks) -> Numbers:
        """Return calibrated probabilities (n, classes)."""
        return tempered(together(self.model.team, features), self.model.facts.temperature)

    def abstained(self, chances: Numbers) -> Numbers:
        """Return (n,), 1 where a picture is left to a person."""
        return left_to_person(chances, self.model.classes, self.model.facts.abstention.threshold)

    def explain(self, rgb: Bytes, class_: str, mask: Mask | None = None) -> Floats:
        """Return (h, w), 0 to 1: where hiding a place makes `class_` less likely.

        Raises:
            InvalidOptionError: the model does not know this class.
        """
        if class_ not in self.model.classes:
            raise InvalidOptionError("{name}: not a class of this model.", name=class_)
        place = self.model.classes.index(class_)
        return occlusion(
            rgb, lambda picture: float(self.probabilities(self._described(picture, mask))[0, place])
        )

    def _described(self, rgb: Bytes, mask: Mask | None) -> Blocks:
        return describe(rgb, mask if self.model.facts.regions else None)


def left_to_person(chances: Numbers, classes: tuple[str, ...], threshold: float) -> Numbers:
    """Return (n,), 1 where no severe class is proposed although one is likely enough."""
    severe = is_severe(classes)
    mild = severe[chances.argmax(1)] == 0
    return np.asarray(mild & (chances @ severe >= threshold), np.float64)
