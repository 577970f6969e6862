"""A folder of class-named pictures, read once and turned into features, prints and groups."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vigia_detect.adapters.vision.classifier.backbone import Bytes, Regions
from vigia_detect.adapters.vision.classifier.classes import CLASSES, class_of, code_of
from vigia_detect.adapters.vision.classifier.features import Blocks, describe, stacked
from vigia_detect.adapters.vision.classifier.hashes import Hashes, Print, finger_print
from vigia_detect.adapters.vision.picture import PillowReader
from vigia_detect.errors import InvalidDataSetError, InvalidImageError
from vigia_detect.phrase import Phrase

KINDS = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"})
NOTES = frozenset({".csv", ".txt", ".md", ".json"})  # not pictures, and nobody thinks they are
FOLDS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation"})
NUMBERED = re.compile(r"fold[_\- ]?\d+")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file before it is read: where it is, the class its folder names, its fold if given."""

    path: str
    label: str | None
    fold: str | None


@dataclass(frozen=True, slots=True)
class DataSet:
    """What was read.

    Attributes:
        entries: the readable pictures.
        features: their blocks, rows in the same order.
        prints: their finger prints.
        digests: (n,), first eight bytes of the SHA-256 of each picture as it is read.
        warnings: one sentence for each file left out.
    """

    entries: tuple[Entry, ...]
    features: Blocks
    prints: tuple[Print, ...]
    digests: Hashes
    warnings: tuple[str, ...]

    def without(self, rows: set[int], why: str) -> "DataSet":
        """Return the others; each one left out becomes a warning."""
        kept = [index for index in range(len(self.entries)) if index not in rows]
        left = tuple(f"{self.entries[index].path}: {why}" for index in sorted(rows))
        return DataSet(
            tuple(self.entries[index] for index in kept),
            {name: block[kept] for name, block in self.features.items()},
            tuple(self.prints[index] for index in kept),
            self.digests[kept],
            (*self.warnings, *left),
        )


def read_folder(
    folder: Path, *, regions: Regions | None = None, progress: Progress = lambda _done, _all: None
) -> DataSet:
    """Read every picture below a folder.

    Args:
        folder: holds `<class>/*.jpg`, or `<train|val|test|fold_N>/<class>/*.jpg`, or, to be judged
            without a truth, pictures alone.
        regions: tells where the wound is, or None.
        progress: told how many of how many files are done.

    Raises:
        InvalidDataSetError: no such folder, an unknown class, or no readable picture.
    """
    entries, warnings = _listed(folder)
    rows, prints, kept, digests = [], [], [], []
    for number, entry in enumerate(entries, 1):
        try:
            rgb, digest = read_picture((folder / entry.path).read_bytes())
        except (InvalidImageError, OSError) as error:
            warnings.append(Phrase("{path}: {why}", path=entry.path, why=Phrase.of(error)))
            continue
        finally:
            progress(number, len(entries))
        rows.append(describe(rgb, regions(rgb) if regions else None))
        prints.append(finger_print(rgb))
        kept.append(entry)
        digests.append(digest)
    if not kept:
        none = Phrase("{name}: no readable picture.", name=folder.name)
        raise InvalidDataSetError(Phrase.joined("\n", [none, *warnings]))
    seen = np.array(digests, np.uint64)
    return DataSet(tuple(kept), stacked(rows), tuple(prints), seen, tuple(warnings))


def read_picture(raw: bytes) -> tuple[Bytes, int]:
    """Return a file's pixels (h, w, 3) and digest, read on the way that a case's picture goes.

    Raises:
        InvalidImageError: it cannot be accepted.
    """
    picture = PillowReader(min_side=32).read(raw)
    return decoded(picture.data), int(picture.sha256[:16], 16)


def decoded(jpeg: bytes) -> Bytes:
    """Return (h, w, 3), sRGB, of a picture that was made safe."""
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(np.asarray(bgr, np.uint8)[:, :, ::-1])


def _listed(folder: Path) -> tuple[list[Entry], list[str]]:
    if not folder.is_dir():
        raise InvalidDataSetError("{folder}: no such folder.", folder=folder)
    entries: list[Entry] = []
    warnings: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if any(part.startswith((".", "__MACOSX")) for part in name.parts) or not path.is_file():
            continue
        if path.suffix.lower() in KINDS:
            entries.append(_entry(name))
        elif path.suffix.lower() not in NOTES:
            warnings.append(Phrase("{name}: not a JPEG, PNG or WebP file.", name=name))
    return entries, warnings


def _entry(name: Path) -> Entry:
    folders = list(name.parts[:-1])
    fold = folders.pop(0) if folders and _is_fold(folders[0]) else None
    return Entry(name.as_posix(), class_of(folders[0]) if folders else None, fold)


def announced(folder: Path) -> tuple[str, ...]:
    """Return the classes that have a folder, even if no picture in it could be read."""
    places = [path for path in folder.iterdir() if path.is_dir()]
    inside = [path for fold in places if _is_fold(fold.name) for path in fold.iterdir()]
    named = {code_of(path.name) for path in (*places, *inside) if path.is_dir()}
    return tuple(code for code in CLASSES if code in named)


def _is_fold(folder: str) -> bool:
    return folder.lower() in FOLDS or NUMBERED.fullmatch(folder.lower()) is not None


def present(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """Return the classes that occur, in the order of `CLASSES`."""
    found = {entry.label for entry in entries}
    return tuple(code for code in CLASSES if code in found)


def labelled(entries: tuple[Entry, ...]) -> Iterator[str]:
    """Yield each entry's class.

    Raises:
        InvalidDataSetError: a picture lies in no class folder.
    """
    for entry in entries:
        if entry.label is None:
            raise InvalidDataSetError("{path}: lies in no class folder.", path=entry.path)
        yield entry.label
