"""Three-valued logic for facts that may be unknown.

Unknown is not false. A `Judgement` carries, beside its truth, the facts it rests on and the
unknown facts that could still change it, so that an answer can say why it is so and what to ask.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Truth(Enum):
    """What is known of a statement."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


NO_PATHS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The truth of a statement and what it hangs on.

    Attributes:
        truth: true, false or unknown.
        because: paths of the known facts that made it so.
        open: paths of unknown facts whose value could change it.
    """

    truth: Truth
    because: frozenset[str] = NO_PATHS
    open: frozenset[str] = NO_PATHS

    @property
    def is_true(self) -> bool:
        """Whether it is known to be true."""
        return self.truth is Truth.TRUE

    @property
    def is_false(self) -> bool:
        """Whether it is known to be false."""
        return self.truth is Truth.FALSE

    @property
    def is_settled(self) -> bool:
        """Whether no unknown fact could change it."""
        return self.truth is not Truth.UNKNOWN and not self.open


ALWAYS = Judgement(Truth.TRUE)
NEVER = Judgement(Truth.FALSE)


def of(*, value: bool, because: Iterable[str] = ()) -> Judgement:
    """Return a judgement about a known fact."""
    return Judgement(Truth.TRUE if value else Truth.FALSE, frozenset(because))


def unknown(paths: Iterable[str]) -> Judgement:
    """Return the judgement that waits for these facts."""
    return Judgement(Truth.UNKNOWN, open=frozenset(paths))


def negate(one: Judgement) -> Judgement:
    """Return the opposite; the opposite of unknown is unknown."""
    turned = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN}
    return Judgement(turned[one.truth], one.because, one.open)


def both(parts: Iterable[Judgement]) -> Judgement:
    """Return whether all are true: one false is enough to know that they are not."""
    return _combine(list(parts), decides=Truth.FALSE, otherwise=Truth.TRUE)


def either(parts: Iterable[Judgement]) -> Judgement:
    """Return whether one is true: one true is enough to know it."""
    return _combine(list(parts), decides=Truth.TRUE, otherwise=Truth.FALSE)


def _combine(parts: list[Judgement], *, decides: Truth, otherwise: Truth) -> Judgement:
    deciding = [part for part in parts if part.truth is decides]
    settled = [part for part in deciding if part.is_settled]
    if deciding:
        open_paths = NO_PATHS if settled else _open(parts)
        return Judgement(decides, _because(deciding), open_paths)
    unsure = any(part.truth is Truth.UNKNOWN for part in parts)
    return Judgement(Truth.UNKNOWN if unsure else otherwise, _because(parts), _open(parts))


def at_least(number: int, parts: Iterable[Judgement]) -> Judgement:
    """Return whether this many are true, when that can be known."""
    items = list(parts)
    true = [part for part in items if part.is_true]
    possible = [part for part in items if not part.is_false]
    if len(true) >= number:
        enough = sum(part.is_settled for part in true) >= number
        return Judgement(Truth.TRUE, _because(true), NO_PATHS if enough else _open(items))
    truth = Truth.UNKNOWN if len(possible) >= number else Truth.FALSE
    could = number <= sum(not (part.is_false and part.is_settled) for part in items)
    return Judgement(truth, _because(true), _open(items) if could else NO_PATHS)


def reported(one: Judgement) -> Judgement:
    """Return whether it is known to be true; for statements that only a finding can block."""
    return one if one.is_true else Judgement(Truth.FALSE, one.because, one.open)


def stated(one: Judgement) -> Judgement:
    """Return whether it is known to be true, asking for nothing that could change that."""
    return Judgement(Truth.TRUE if one.is_true else Truth.FALSE, one.because)


def _because(parts: Iterable[Judgement]) -> frozenset[str]:
    return NO_PATHS.union(*(part.because for part in parts))


def _open(parts: Iterable[Judgement]) -> frozenset[str]:
    return NO_PATHS.union(*(part.open for part in parts))
