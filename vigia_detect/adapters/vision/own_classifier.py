"""What a hospital's own classifier, if one is in use, adds to the findings of a picture."""

from vigia_detect.adapters.vision.classifier.model import Classifier
from vigia_detect.adapters.vision.classifier.shelf import Shelf
from vigia_detect.adapters.vision.segmenter import Mask, Pixels
from vigia_detect.domain.findings import ClassPrediction, ModelUsed


class OwnClassifier:
    """The classifier in use on a shelf, loaded once a process and again after `vigia model use`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
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

    def _current(self) -> Classifier | None:
        wanted = self._shelf.active_id()
        if wanted is None:
            self._loaded = None
        elif self._loaded is None or self._loaded.model.id != wanted:
            self._loaded = self._shelf.load(wanted)
        return self._loaded
