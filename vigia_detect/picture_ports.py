"""The seams of `ports` that are about pictures: keeping, reading and looking at them."""

from collections.abc import Iterator
from typing import Protocol

from vigia_detect.domain.findings import Analysis, Inspection
from vigia_detect.domain.records import Picture


class PictureReader(Protocol):
    """Turns a file that somebody sent into a picture that can be trusted."""

    def read(self, raw: bytes) -> Picture:
        """Validate and encode anew. Raises InvalidImageError with a reason a nurse can act on."""


class ImageAnalyser(Protocol):
    """Looks at a picture."""

    def analyse(self, jpeg: bytes, lang: str) -> Analysis:
        """Return what it found and a picture of it, with words in `lang`.

        Raises:
            CorruptDataError: it is no picture; what was stored has been damaged.
        """


class PictureInspector(Protocol):
    """Looks at a file outside of any case; nothing is stored."""

    def inspect(self, raw: bytes) -> Inspection:
        """Return findings and mask. Raises InvalidImageError when it is no picture to take."""


class BlobStore(Protocol):
    """Keeps encrypted pictures."""

    def put(self, ref: str, data: bytes) -> None:
        """Store durably under a name. Raises StorageFullError."""

    def get(self, ref: str) -> bytes:
        """Return what was stored. Raises NotFoundError."""

    def delete(self, ref: str) -> None:
        """Remove it; nothing happens when it is not there."""

    def check_room(self) -> None:
        """Raises StorageFullError when less than the configured room is left."""

    def refs(self, *, older_than_s: float) -> Iterator[str]:
        """Yield the names of what was stored at least so many seconds ago."""
