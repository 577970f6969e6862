"""What the rest of Vigia asks of own classifiers, in one place."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from vigia_detect.adapters.vision.classifier import evaluation, training
from vigia_detect.adapters.vision.classifier.backbone import Regions
from vigia_detect.adapters.vision.classifier.calibration import SENSITIVITY
from vigia_detect.adapters.vision.classifier.dataset import Progress
from vigia_detect.adapters.vision.classifier.evaluation import Evaluation
from vigia_detect.adapters.vision.classifier.model import Classifier
from vigia_detect.adapters.vision.classifier.shelf import Shelf
from vigia_detect.adapters.vision.classifier.training import Trained


def _quiet(done: int, total: int) -> None:
    """Tell nobody."""


class Workshop:
    """Makes, judges and keeps classifiers."""

    def __init__(self, folder: Path, regions: Regions | None = None) -> None:
        """Set up.

        Args:
            folder: of the installed models.
            regions: tells where the wound is in a picture; None when nothing does.
        """
        self.shelf = Shelf(folder)
        self._regions = regions

    def train(
        self,
        folder: Path,
        out: Path,
        *,
        name: str = "own",
        licence: str = "",
        lang: str = "es",
        sensitivity: float = SENSITIVITY,
        progress: Progress = _quiet,
        judged: Progress = _quiet,
    ) -> Trained:
        """Learn from a folder (see `training.train_model`)."""
        # thousands of fits of small tables: more threads only wait for each other
        with threadpool_limits(limits=1):
            return training.train_model(
                folder,
                out,
                name=name,
                licence=licence,
                lang=lang,
                sensitivity=sensitivity,
                regions=self._regions,
                progress=progress,
                judged=judged,
            )

    def evaluate(self, model: str, folder: Path, *, progress: Progress = _quiet) -> Evaluation:
        """Judge a model's folder, or an installed model by its id (see `evaluation.evaluate`).

        Raises:
            InvalidModelError: the model is refused.
            NotFoundError: there is no such folder and no such installed model.
        """
        place = Path(model)
        found = Classifier.load(place) if place.is_dir() else self.shelf.load(model)
        return evaluation.evaluate(found, folder, regions=self._regions, progress=progress)
