"""Whether numbers and opposites stand beside the same words as in the source.

"High risk 6 to 12, low 16 to 23" holds every word of "high risk 16 to 23". So of each kind of
which the source names several members (low, high; left, right; stage 2, stage 3), a number or a
member of another kind must have the same one nearest to it as in the source.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from vigia_detect.clinical.narrative.reading import Token

_COMMA = 4  # a comma parts more than words do
Places = Mapping[str, Mapping[str, Sequence[int]]]


def agree(said: Sequence[Token], source: Sequence[Token]) -> bool:
    """Say whether what belongs together in the source does so in the sentence."""
    theirs = _kinds(source)
    ours = _kinds(said)
    several = {kind for kind, members in theirs.items() if len(members) > 1}
    return all(
        _same(anchor, kind, ours, theirs)
        for anchor in _anchors(ours)
        for kind in several
        if kind != anchor[0]
    )


def _same(anchor: tuple[str, str], kind: str, ours: Places, theirs: Places) -> bool:
    own, member = anchor
    if kind not in ours:
        return own != "quantity"  # a number without its label may be the other label's
    near = _nearest(ours[own][member], ours[kind])
    return near <= _nearest(theirs.get(own, {}).get(member, ()), theirs[kind])


def _nearest(places: Sequence[int], members: Mapping[str, Sequence[int]]) -> frozenset[str]:
    found: set[str] = set()
    for place in places:
        distance = {
            name: min(abs(place - other) for other in others) for name, others in members.items()
        }
        least = min(distance.values())
        found |= {name for name, far in distance.items() if far <= least + 2}
    return frozenset(found)


def _anchors(ours: Places) -> list[tuple[str, str]]:
    return [(kind, member) for kind, members in ours.items() for member in members]


def _kinds(segment: Sequence[Token]) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    place = 0
    for token in segment:
        place += _COMMA if token.text in {",", ":"} else 1
        if token.kind == "quantity":
            found["quantity"][token.stem].append(place)
        elif "_" in token.stem:
            found[token.stem.partition("_")[0]][token.stem].append(place)
    return {kind: dict(members) for kind, members in found.items()}
