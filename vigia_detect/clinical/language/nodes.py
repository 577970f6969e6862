"""The parts of a condition. Each judges a case in three-valued logic."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vigia_detect.clinical.language.reading import Reading, Scope, Value
from vigia_detect.domain import logic
from vigia_detect.domain.logic import Judgement


class Node(Protocol):
    """A condition or a part of one."""

    def judge(self, scope: Scope) -> Judgement:
        """Return whether it holds in this case, why, and what could change that."""
        ...


class Source(Protocol):
    """Something that has a value."""

    def read(self, scope: Scope) -> Reading:
        """Return its values in this case."""
        ...


@dataclass(frozen=True, slots=True)
class Path:
    """A field or a fact."""

    name: str

    def read(self, scope: Scope) -> Reading:
        """Return the values of the field."""
        return scope.read(self.name)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first number less the second; unknown unless both are known."""

    first: Source
    second: Source

    def read(self, scope: Scope) -> Reading:
        """Return every difference that the values allow."""
        left, right = self.first.read(scope), self.second.read(scope)
        values = tuple(
            a - b
            for a in left.values
            for b in right.values
            if isinstance(a, int | float) and isinstance(b, int | float)
        )
        return Reading(values, left.because | right.because, left.open | right.open)


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a source with something fixed."""

    source: Source
    holds: Callable[[Value], bool]

    def judge(self, scope: Scope) -> Judgement:
        """Judge the source's values: reported ones by the worse, alternatives by all of them."""
        reading = self.source.read(scope)
        results = {self.holds(value) for value in reading.values}
        unsure = (reading.alternatives and len(results) > 1) or (
            reading.partial and True not in results
        )
        if not results or unsure:
            return Judgement(logic.Truth.UNKNOWN, reading.because, reading.open)
        truth = logic.of(value=any(results), because=reading.because)
        return Judgement(truth.truth, truth.because, reading.open)


@dataclass(frozen=True, slots=True)
class Known:
    """Whether a value was given at all."""

    source: Source

    def judge(self, scope: Scope) -> Judgement:
        """Judge by the presence of values, whatever they are."""
        reading = self.source.read(scope)
        truth = logic.of(value=bool(reading.values), because=reading.because)
        return Judgement(truth.truth, truth.because, reading.open)


@dataclass(frozen=True, slots=True)
class Defined:
    """A condition with a name, which many others use."""

    name: str
    part: Node

    def judge(self, scope: Scope) -> Judgement:
        """Judge the part, once for each state of the case."""
        return scope.recall(self.name, self.part.judge)


@dataclass(frozen=True, slots=True)
class Both:
    """All parts hold."""

    parts: tuple[Node, ...]

    def judge(self, scope: Scope) -> Judgement:
        """Judge every part; one false settles it."""
        return logic.both(part.judge(scope) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Node, ...]

    def judge(self, scope: Scope) -> Judgement:
        """Judge every part; one true settles it."""
        return logic.either(part.judge(scope) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node

    def judge(self, scope: Scope) -> Judgement:
        """Judge the opposite; unknown stays unknown."""
        return logic.negate(self.part.judge(scope))


@dataclass(frozen=True, slots=True)
class AtLeast:
    """This many of the parts hold."""

    number: int
    parts: tuple[Node, ...]

    def judge(self, scope: Scope) -> Judgement:
        """Count the parts."""
        return logic.at_least(self.number, (part.judge(scope) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Reported:
    """The part is known to hold."""

    part: Node

    def judge(self, scope: Scope) -> Judgement:
        """Judge unknown as not reported, and remember what could change that."""
        return logic.reported(self.part.judge(scope))


@dataclass(frozen=True, slots=True)
class Stated:
    """The part is known to hold, and nothing is asked because of it."""

    part: Node

    def judge(self, scope: Scope) -> Judgement:
        """Judge unknown as not stated."""
        return logic.stated(self.part.judge(scope))


@dataclass(frozen=True, slots=True)
class AnyLesion:
    """The part holds for one lesion or more."""

    part: Node

    def judge(self, scope: Scope) -> Judgement:
        """Judge each lesion; without any it is not so."""
        return logic.either(self.part.judge(lesion) for lesion in scope.lesions())


@dataclass(frozen=True, slots=True)
class EveryLesion:
    """The part holds for all lesions, of which there is at least one."""

    part: Node

    def judge(self, scope: Scope) -> Judgement:
        """Judge each lesion."""
        lesions = scope.lesions()
        return logic.both(self.part.judge(lesion) for lesion in lesions) if lesions else logic.NEVER


@dataclass(frozen=True, slots=True)
class Fixed:
    """A condition that is always, or never, so."""

    judgement: Judgement

    def judge(self, scope: Scope) -> Judgement:
        """Return the fixed judgement."""
        del scope
        return self.judgement
