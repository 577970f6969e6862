"""Judges a model by pictures that it has not seen."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vigia_detect.adapters.vision.classifier.backbone import Regions
from vigia_detect.adapters.vision.classifier.dataset import (
    DataSet,
    Progress,
    labelled,
    present,
    read_folder,
)
from vigia_detect.adapters.vision.classifier.figures import Figures, Outcome, figures, included
from vigia_detect.adapters.vision.classifier.grouping import groups_of, read_table
from vigia_detect.adapters.vision.classifier.model import Classifier, Prediction
from vigia_detect.errors import InvalidDataSetError
from vigia_detect.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Judged:
    """One picture: where it is, what it is (None: nobody says), what the model says.

    `seen` marks a picture that the model learnt from; it is left out of the overall figures.
    """

    path: str
    label: str | None
    prediction: Prediction
    seen: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All pictures, and the overall figures: None without a truth or an unseen picture."""

    model_id: str
    images: tuple[Judged, ...]
    overall: Figures | None
    warnings: tuple[str, ...]


def evaluate(
    classifier: Classifier,
    folder: Path,
    *,
    regions: Regions | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Evaluation:
    """Apply a model to a folder, laid out as for training or with pictures alone.

    Raises:
        InvalidDataSetError: no readable picture, or a class that the model does not know.
    """
    model = classifier.model
    data = read_folder(folder, regions=regions if model.facts.regions else None, progress=progress)
    unknown = set(present(data.entries)) - set(model.classes)
    if unknown:
        raise InvalidDataSetError(
            "The model does not know: {unknown}.", unknown=", ".join(sorted(unknown))
        )
    seen = np.isin(data.digests, model.seen)
    found = classifier.predictions(data.features)
    images = tuple(
        Judged(entry.path, entry.label, prediction, bool(known))
        for entry, prediction, known in zip(data.entries, found, seen, strict=True)
    )
    has_truth = all(entry.label for entry in data.entries) and not seen.all()
    overall = _overall(classifier, folder, data, ~seen) if has_truth else None
    warnings = (
        *data.warnings,
        *(
            Phrase("{path}: the model learnt from it.", path=each.path)
            for each in images
            if each.seen
        ),
    )
    return Evaluation(model.id, images, overall, warnings)


def _overall(
    classifier: Classifier,
    folder: Path,
    data: DataSet,
    fresh: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> Figures:
    model = classifier.model
    names = [model.classes.index(name) for name in labelled(data.entries)]
    chances = classifier.probabilities(data.features)[fresh]
    shown = read_table(folder, "subgroup")
    subgroups = [shown.get(entry.path, "") for entry in data.entries]
    return figures(
        Outcome(
            classes=model.classes,
            truth=np.array(names, np.int64)[fresh],
            chances=chances,
            included=included(chances, model.facts.candidate_threshold),
            abstained=classifier.abstained(chances),
            groups=groups_of(data, read_table(folder, "group"))[fresh],
            subgroups=tuple(np.array(subgroups)[fresh].tolist()),
        )
    )
