"""The models installed on this machine, and which of them is in use."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vigia_detect.adapters.vision.classifier.in_use import STATE, active_id
from vigia_detect.adapters.vision.classifier.model import Classifier
from vigia_detect.adapters.vision.classifier.model_file import read_model
from vigia_detect.errors import InvalidModelError, NotFoundError
from vigia_detect.files import private_dir, write_atomically


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed model.

    Attributes:
        id: its id.
        active: whether it is in use.
        classes: what it tells apart; empty if it is damaged.
        accuracy: out of fold; None if unknown.
        problem: why it is refused, '' if it is sound.
    """

    id: str
    active: bool
    classes: tuple[str, ...] = ()
    accuracy: float | None = None
    problem: str = ""


class Shelf:
    """The folder `models` in Vigia's home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def install(self, source: Path) -> str:
        """Copy a checked model; return its id. Installing the same one again changes nothing.

        Raises:
            InvalidModelError: the source, or what was copied, is no sound model.
        """
        model_id = read_model(source).id
        place = private_dir(self._folder) / model_id
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".new.") as name:
            copy = Path(name) / model_id
            shutil.copytree(source, copy)
            if read_model(copy).id != model_id:
                raise InvalidModelError("{name}: changed while it was copied.", name=source.name)
            if place.exists():  # the same, or the same damaged
                place.rename(Path(name) / "old")
            copy.rename(place)
        return model_id

    def installed(self) -> list[Installed]:
        """Return every model, by id; a damaged one with its problem."""
        if not self._folder.is_dir():
            return []
        names = sorted(path.name for path in self._folder.iterdir() if path.is_dir())
        return [self._entry(name) for name in names if not name.startswith(".")]

    def use(self, model_id: str | None) -> None:
        """Put a model in use; None: no model of one's own.

        Raises:
            NotFoundError: it is not installed.
            InvalidModelError: it is damaged.
        """
        if model_id is not None:
            self.load(model_id)
        state = json.dumps({"active": model_id}).encode()
        write_atomically(private_dir(self._folder) / STATE, state)

    def active(self) -> Classifier | None:
        """Return the model in use, checked anew; None when none is.

        Raises:
            InvalidModelError: it, or the note which one it is, is damaged. There is then no model
                rather than another one.
            NotFoundError: it was removed.
        """
        model_id = self.active_id()
        return None if model_id is None else self.load(model_id)

    def load(self, model_id: str) -> Classifier:
        """Return an installed model, checked anew.

        Raises:
            InvalidModelError: it is damaged.
            NotFoundError: it is not installed.
        """
        place = self._folder / model_id
        if model_id not in {path.name for path in self._folder.glob("*") if path.is_dir()}:
            raise NotFoundError("Model {model} is not installed.", model=model_id)
        found = Classifier.load(place)
        if found.model.id != model_id:
            raise InvalidModelError(
                "{model}: its manifest was changed after installation.", model=model_id
            )
        return found

    def active_id(self) -> str | None:
        """Return which model is in use. Raises InvalidModelError when the note is damaged."""
        return active_id(self._folder)

    def _entry(self, name: str) -> Installed:
        try:
            active = self.active_id() == name
        except InvalidModelError:
            active = False
        try:
            facts = self.load(name).model.facts
        except InvalidModelError as error:
            return Installed(name, active, problem=error.phrase)
        return Installed(name, active, facts.classes, facts.figures.get("accuracy"))
