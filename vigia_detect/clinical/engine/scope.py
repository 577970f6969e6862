"""A case as conditions see it: reported facts, and what the engine has worked out so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vigia_detect.clinical.engine.facts import Facts
from vigia_detect.clinical.language.reading import Reading, Scope, Value
from vigia_detect.domain.logic import Judgement

LESION = "lesion."
PHOTO = "photo."


def known(*values: Value, because: frozenset[str] = frozenset()) -> Reading:
    """Return the reading of something the engine knows."""
    return Reading(values, because)


UNKNOWN = Reading(())
"""Something that does not apply here: unknown, and nothing to ask for."""


@dataclass
class LesionScope:
    """The case from the place of one lesion.

    Attributes:
        case: the whole case.
        facts: the lesion's own facts, named ``lesion.x``.
        place: what its paths are called outside, ``lesions[0]``; without a dot-path to fill in
            (`whole`) the place itself is what is missing.
        asks: whether what is unknown here can be asked for.
        derived: what the engine has worked out about this lesion.
        known_facts: readings of its facts, which do not change.
        judged: definitions judged since something was last worked out.
    """

    case: "CaseScope"
    facts: Facts
    place: str
    whole: bool = False
    asks: bool = True
    derived: dict[str, Reading] = field(default_factory=dict)
    known_facts: dict[str, Reading] = field(default_factory=dict)
    judged: dict[str, Judgement] = field(default_factory=dict)

    def learn(self, found: Mapping[str, Reading]) -> None:
        """Add what was worked out about this lesion."""
        self.derived |= found
        self.case.forget()

    def recall(self, name: str, judge: Callable[[Scope], Judgement]) -> Judgement:
        """Return the judgement of a definition, from the place of this lesion."""
        if name not in self.judged:
            self.judged[name] = judge(self)
        return self.judged[name]

    def read(self, path: str) -> Reading:
        """Return what is known of a path, of this lesion or of the case."""
        if path in self.derived:
            return self.derived[path]
        if path.startswith(LESION):
            if path not in self.known_facts:
                self.known_facts[path] = self._fact(path)
            return self.known_facts[path]
        return UNKNOWN if path.startswith(PHOTO) else self.case.read(path)

    def lesions(self) -> Sequence["LesionScope"]:
        """Return all lesions of the case."""
        return self.case.lesions()

    def _fact(self, path: str) -> Reading:
        found = self.facts.read(path)
        return Reading(
            found.values,
            self._outside(found.because),
            self._outside(found.open) if self.asks else frozenset(),
            partial=found.partial,
        )

    def _outside(self, paths: frozenset[str]) -> frozenset[str]:
        if self.whole:
            return frozenset({self.place}) if paths else paths
        return frozenset(f"{self.place}.{path.removeprefix(LESION)}" for path in paths)


@dataclass
class CaseScope:
    """The whole case.

    Attributes:
        facts: facts about the person.
        seen: the lesions, the same order as the input.
        derived: what the engine has worked out about the case.
        known_facts: readings of its facts, which do not change.
        judged: definitions judged since something was last worked out.
    """

    facts: Facts
    seen: list[LesionScope] = field(default_factory=list)
    derived: dict[str, Reading] = field(default_factory=dict)
    known_facts: dict[str, Reading] = field(default_factory=dict)
    judged: dict[str, Judgement] = field(default_factory=dict)

    def learn(self, found: Mapping[str, Reading]) -> None:
        """Add what was worked out about the case."""
        self.derived |= found
        self.forget()

    def forget(self) -> None:
        """Judge again from here on: something that conditions ask about is new."""
        self.judged.clear()
        for lesion in self.seen:
            lesion.judged.clear()

    def recall(self, name: str, judge: Callable[[Scope], Judgement]) -> Judgement:
        """Return the judgement of a definition."""
        if name not in self.judged:
            self.judged[name] = judge(self)
        return self.judged[name]

    def read(self, path: str) -> Reading:
        """Return what is known of a path."""
        if path in self.derived:
            return self.derived[path]
        if path not in self.known_facts:
            elsewhere = path.startswith((LESION, PHOTO))
            self.known_facts[path] = UNKNOWN if elsewhere else self.facts.read(path)
        return self.known_facts[path]

    def lesions(self) -> Sequence[LesionScope]:
        """Return all lesions of the case."""
        return self.seen
