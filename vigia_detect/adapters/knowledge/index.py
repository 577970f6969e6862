"""The vectors of all sentences: made once, kept in a file, found again while nothing changed."""

import hashlib
import io
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np

from vigia_detect.adapters.knowledge.encoder import Encoder, Vectors
from vigia_detect.adapters.knowledge.learned import learn
from vigia_detect.files import private_dir, write_atomically

FORMAT = 2  # one more when what is embedded, or how it is kept, changes
Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one vector stands for."""

    passage_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """What an index is made of.

    Attributes:
        id: changes with any text, with the network and with the format.
        encoder: name and checksum of the network.
        sentences: those of a passage stand together.
    """

    id: str
    encoder: str
    sentences: tuple[Sentence, ...]

    @property
    def owners(self) -> list[str]:
        """The passage of each sentence."""
        return [sentence.passage_id for sentence in self.sentences]


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a question is to each passage.

    Attributes:
        cosines: of the nearest sentence, -1 to 1.
        learned: what `learned` gives; about 1 is certain, about 0 is not this one.
    """

    cosines: Scores
    learned: Scores


class VectorIndex(Protocol):
    """Compares a question with all passages."""

    def compare(self, question: Vectors) -> Nearness:
        """Return how near a question is to each passage; it has 512 values and length 1."""

    def close(self) -> None:
        """Let go of what it holds."""


def content_of(sentences: Sequence[Sentence], encoder: Encoder) -> Content:
    """Return what the index of these sentences is made of."""
    named = f"{encoder.name} {encoder.checksum}"
    told = json.dumps([FORMAT, named, [(one.passage_id, one.text) for one in sentences]])
    return Content(hashlib.sha256(told.encode()).hexdigest(), named, tuple(sentences))


class MemoryIndex:
    """An index in this process, which is enough below some ten thousand passages."""

    def __init__(self, content: Content, vectors: Vectors) -> None:
        owners = content.owners
        self._vectors = vectors
        self._ids = list(dict.fromkeys(owners))
        self._starts = [owners.index(passage_id) for passage_id in self._ids]
        self._learned = learn(vectors, owners)

    def compare(self, question: Vectors) -> Nearness:
        """Return how near a question is to each passage."""
        best = np.maximum.reduceat(self._vectors @ question, self._starts)
        learned = self._learned @ question
        return Nearness(
            dict(zip(self._ids, best.tolist(), strict=True)),
            dict(zip(self._ids, learned.tolist(), strict=True)),
        )

    def close(self) -> None:
        """Hold nothing, let go of nothing."""


def memory_index(content: Content, encoder: Encoder, folder: Path) -> MemoryIndex:
    """Return the index from its file in `folder`, or make it and keep it there."""
    file = folder / f"passages-{content.id[:16]}.npz"
    vectors = _read(file, content)
    if vectors is None:
        vectors = encoder.encode([one.text for one in content.sentences])
        with suppress(OSError):  # a full or foreign disk costs seconds a start, not the answer
            _write(file, content, vectors)
    return MemoryIndex(content, vectors)


def _read(file: Path, content: Content) -> Vectors | None:
    try:
        with np.load(file, allow_pickle=False) as kept:
            same = str(kept["id"]) == content.id and str(kept["encoder"]) == content.encoder
            vectors = np.asarray(kept["vectors"], np.float32)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):  # away or damaged: made anew
        return None
    return vectors if same and len(vectors) == len(content.sentences) else None


def _write(file: Path, content: Content, vectors: Vectors) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, id=content.id, encoder=content.encoder, vectors=vectors)
    private_dir(file.parent)
    write_atomically(file, buffer.getvalue())
    for old in file.parent.glob("passages-*.npz"):
        if old != file:
            old.unlink(missing_ok=True)
