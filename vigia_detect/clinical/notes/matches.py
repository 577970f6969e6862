"""Which of many overlapping phrase matches count."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from vigia_detect.clinical.notes.lexicon import Concept, Cue
from vigia_detect.clinical.notes.phrases import Match

_AGE_CUES = frozenset({Cue.NEW, Cue.NEW_WEAK, Cue.USUAL})
_DOSE_CUES = frozenset({Cue.DOSE_NEW, Cue.DOSE_SAME})
_MOST_TOKENS = 16  # no phrase of the lexicon is longer, gaps included
Meaning = TypeVar("Meaning")


def shields(found: Iterable[Match[Cue]]) -> list[Match[Cue]]:
    """The phrases that are never about a finding ("prevención de infecciones")."""
    return [one for one in found if one.meaning is Cue.SHIELD]


def mentions(
    found: Iterable[Match[Concept]], shielded: Sequence[Match[Cue]]
) -> list[Match[Concept]]:
    """Keep the concepts that are not part of a longer phrase about the same thing.

    A longer phrase with no values of its own ("cefalea leve") hides what it contains.
    """
    longest = _without_repeats(_longest(found, key=lambda concept: concept.id))
    covered = {index for one in shielded for index in range(one.start, one.end)}
    return [
        one
        for one, near in _with_neighbours(longest)
        if covered.isdisjoint(range(one.start, one.end))
        and not any(_hides(other, one) for other in near)
    ]


def context_cues(found: Iterable[Match[Cue]], kept: Sequence[Match[Concept]]) -> list[Match[Cue]]:
    """Keep the cues that are not part of a longer cue or of a concept's own words."""
    about = [one for one in found if one.meaning not in _AGE_CUES | _DOSE_CUES]
    own = {
        index: concept
        for concept in kept
        for index in set(range(concept.start, concept.end)) - set(concept.inner)
    }
    return [
        one
        for one, near in _with_neighbours(_longest(about, key=lambda cue: cue.value))
        if not any(_contains(other, one) or _undoes(other, one) for other in near)
        and not _is_owned(one, own)
    ]


def age_cues(found: Iterable[Match[Cue]]) -> list[Match[Cue]]:
    """Words of new and usual; the leftmost, then longest, of those that overlap."""
    return _leftmost(one for one in found if one.meaning in _AGE_CUES)


def dose_cues(found: Iterable[Match[Cue]]) -> list[Match[Cue]]:
    """Words of a dose that rises or stays; the leftmost, then longest, of those that overlap."""
    return _leftmost(one for one in found if one.meaning in _DOSE_CUES)


def _leftmost(found: Iterable[Match[Cue]]) -> list[Match[Cue]]:
    chosen: list[Match[Cue]] = []
    for one in sorted(found, key=lambda match: (match.start, -match.end)):
        if not chosen or one.start >= chosen[-1].end:
            chosen.append(one)
    return chosen


def _longest(
    found: Iterable[Match[Meaning]], key: Callable[[Meaning], Hashable]
) -> list[Match[Meaning]]:
    """Per start and meaning only the longest, in order."""
    best: dict[tuple[int, Hashable], Match[Meaning]] = {}
    for one in found:
        place = (one.start, key(one.meaning))
        if place not in best or best[place].end < one.end:
            best[place] = one
    return sorted(best.values(), key=lambda match: (match.start, match.end))


def _without_repeats(found: Sequence[Match[Concept]]) -> list[Match[Concept]]:
    """Keep one of overlapping phrases of one concept: the earliest, then longest."""
    until: dict[str, int] = {}
    kept = []
    for one in sorted(found, key=lambda match: (match.start, -match.end)):
        if one.start >= until.get(one.meaning.id, 0):
            until[one.meaning.id] = one.end
            kept.append(one)
    return kept


def _with_neighbours(
    matches: Sequence[Match[Meaning]],
) -> Iterator[tuple[Match[Meaning], list[Match[Meaning]]]]:
    """Yield each match with those close enough to contain it."""
    first = 0
    for one in matches:
        while matches[first].start < one.start - _MOST_TOKENS:
            first += 1
        near = []
        for other in matches[first:]:
            if other.start > one.start:
                break
            near.append(other)
        yield one, near


def _contains(other: Match[Meaning], one: Match[Meaning]) -> bool:
    return (
        other.start <= one.start
        and one.end <= other.end
        and other.end - other.start > (one.end - one.start)
    )


def _undoes(other: Match[Cue], one: Match[Cue]) -> bool:
    """A turn of phrase that starts with a negation is none ("no solo tiene")."""
    negation = one.meaning in (Cue.NEGATE, Cue.DENY)
    return other.meaning is Cue.NEUTRAL and negation and other.start == one.start


def _hides(other: Match[Concept], one: Match[Concept]) -> bool:
    inside = other.start <= one.start and one.end <= other.end
    longer = other.length > one.length or (_contains(other, one) and other.length == one.length)
    if not inside or not longer:
        return False
    paths = {*other.meaning.affirmed, *other.meaning.negated}
    return not paths or not paths.isdisjoint({*one.meaning.affirmed, *one.meaning.negated})


def _is_owned(cue: Match[Cue], own: Mapping[int, Match[Concept]]) -> bool:
    concept = own.get(cue.start)
    return (
        concept is not None
        and all(own.get(index) is concept for index in range(cue.start, cue.end))
        and concept.length > cue.end - cue.start
    )
