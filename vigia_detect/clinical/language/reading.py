"""What a condition sees of a case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vigia_detect.domain.logic import NO_PATHS, Judgement

Value = bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The values of one path.

    Attributes:
        values: none when unknown; more than one when field and note differ, or when several
            are still possible.
        because: paths that the values come from.
        open: paths that are unknown and could add or change a value.
        alternatives: the values exclude each other and one of them is right, as opposed to each
            having been reported, in which case the worse one counts.
    """

    values: tuple[Value, ...]
    because: frozenset[str] = NO_PATHS
    open: frozenset[str] = NO_PATHS
    alternatives: bool = False
    partial: bool = False


class Scope(Protocol):
    """A case as a condition sees it, perhaps from the place of one lesion."""

    def read(self, path: str) -> Reading:
        """Return what is known of a path."""
        ...

    def lesions(self) -> Sequence["Scope"]:
        """Return the case as seen from each lesion, the same order as the input."""
        ...

    def recall(self, name: str, judge: Callable[["Scope"], Judgement]) -> Judgement:
        """Return the judgement of a definition; judged once while the case stays as it is."""
        ...
