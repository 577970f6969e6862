"""The files of cases: the picture is named after its case, an attachment begins with its name."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar
from uuid import UUID

from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.retention import ORPHAN_AGE_S, DataKind
from vigia_detect.errors import MustBeKeptError
from vigia_detect.picture_ports import BlobStore
from vigia_detect.ports import Store

T = TypeVar("T")
BATCH = 100
FEW, SHARE = 2 * BATCH, 0.05
"""A crash leaves files of one batch without rows. More, and more than this share of all, come from
a database that was restored from an older copy or is not theirs: these are a person's to judge."""
CASE_ID_LENGTH = 36
CASE_ID_KIND = 7
"""The version of the UUIDs that name cases. A file with another name is not ours to judge."""


class CaseFiles:
    """Finds and deletes the files of cases."""

    def __init__(self, store: Store, blobs: BlobStore) -> None:
        self._store = store
        self._blobs = blobs

    def of(self, cases: Collection[CaseId]) -> tuple[str, ...]:
        """Return the names of all files of these cases."""
        return tuple(ref for ref in self._ours(0) if case_of(ref) in cases)

    def delete(self, refs: Iterable[str]) -> None:
        """Delete files for good."""
        for ref in refs:
            self._blobs.delete(ref)

    def delete_images(self, cases: Iterable[str]) -> None:
        """Delete the pictures of these cases."""
        self.delete(cases)

    def delete_attachments(self, cases: Collection[str]) -> None:
        """Delete what was made of the pictures of these cases."""
        self.delete(ref for ref in self._ours(0) if _is_attachment(ref) and case_of(ref) in cases)

    def orphans(self) -> Sequence[str]:
        """Return files older than a day whose case is not there, is erased or let them go.

        Raises:
            MustBeKeptError: they are so many that the database is hardly theirs.
        """
        found: list[str] = []
        seen = 0
        for batch in batches(self._ours(ORPHAN_AGE_S)):
            found += self._lone(batch)
            seen += len(batch)
        if len(found) > max(FEW, seen * SHARE):
            raise MustBeKeptError(
                "{count} of {seen} files belong to no case of this database: it is another's "
                "or was set back. Nothing was deleted. If they may go, move them away by hand.",
                count=len(found),
                seen=seen,
            )
        return found

    def _lone(self, refs: Sequence[str]) -> Iterator[str]:
        wanted: tuple[tuple[DataKind, Callable[[str], bool]], ...] = (
            (DataKind.IMAGES, _is_image),
            (DataKind.DETAILS, _is_attachment),
        )
        for kind, fits in wanted:
            asked = [ref for ref in refs if fits(ref)]
            with self._store.read() as work:
                kept = work.retention.cases_with(kind, [case_of(ref) for ref in asked])
            yield from (ref for ref in asked if case_of(ref) not in kept)

    def _ours(self, older_than_s: float) -> Iterator[str]:
        return (ref for ref in self._blobs.refs(older_than_s=older_than_s) if _is_ours(ref))


def case_of(ref: str) -> CaseId:
    """Return the case to which a file belongs."""
    return CaseId(ref[:CASE_ID_LENGTH])


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield lists of at most `size` items."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _is_ours(ref: str) -> bool:
    try:
        return UUID(ref[:CASE_ID_LENGTH]).version == CASE_ID_KIND
    except ValueError:
        return False


def _is_image(ref: str) -> bool:
    return len(ref) == CASE_ID_LENGTH


def _is_attachment(ref: str) -> bool:
    return len(ref) > CASE_ID_LENGTH
