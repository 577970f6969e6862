"""What a hospital's own classifier, if one is in use, adds to the findings of a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

from vigia_detect.adapters.vision.classifier.in_use import active_id
from vigia_detect.adapters.vision.segmenter import Mask, Pixels
from vigia_detect.domain.findings import ClassPrediction, ModelUsed

if TYPE_CHECKING:
    from vigia_detect.adapters.vision.classifier.model import Classifier


class OwnClassifier:
    """The classifier in use, loaded once a process and again after `vigia model use`.

    What computes it takes a second to import, so a process that has none never does.
    """

    def __init__(self, folder: Path) -> None:
        """Set the folder of the installed models."""
        self._folder = folder
        self._loaded: Classifier | None = None

    def predict(self, rgb: Pixels, mask: Mask) -> ClassPrediction | None:
        """Return what it says of a picture; None when none is in use.

        A classifier that abstains speaks by its candidates alone: its likeliest class is one that
        it must not propose.

        Raises:
            InvalidModelError: the model in use is damaged; a person looks at the case.
            NotFoundError: it was removed.
        """
        classifier = self._current()
        if classifier is None:
            return None
        said = classifier.predict(rgb, mask)
        return ClassPrediction(
            probabilities={} if said.abstain else said.probabilities,
            candidates=said.candidates,
            model=ModelUsed(said.model_id, said.model_id.rpartition("-")[2]),
        )

    def _current(self) -> "Classifier | None":
        wanted = active_id(self._folder)
        if wanted is None:
            self._loaded = None
        elif self._loaded is None or self._loaded.model.id != wanted:
            from vigia_detect.adapters.vision.classifier.shelf import Shelf  # noqa: PLC0415

            self._loaded = Shelf(self._folder).load(wanted)
        return self._loaded
