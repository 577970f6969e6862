"""Whether numbers and opposites stand beside the same words as in the source.

"High risk 6 to 12, low 16 to 23" holds every word of "high risk 16 to 23". So of each kind of
which the source names several members (low, high; left, right; stage 2, stage 3), a number or a
member of another kind must have the same one nearest to it as in the source, and each member must
have one of the neighbours that it has there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from vigia_detect.clinical.narrative.reading import Token, content

_COMMA = 4  # a comma parts more than words do
_NEAR = 2  # words of difference that make none
_QUANTITY = "quantity"
_AMOUNT = "amount"
_JOINTS = {"o": "or", "u": "or", "or": "or", "y": "and", "e": "and", "and": "and"}
_ORDER = frozenset(
    {
        *("antes", "despues", "desde", "hasta", "pesar", "reemplaza", "reemplazan"),
        *("before", "after", "from", "until", "despite", "replace", "replaces"),
    }
)
_SOON = 2  # words within which what an order word is about stands
Places = Mapping[str, Mapping[str, Sequence[int]]]
Pair = tuple[str, str]


def agree(said: Sequence[Token], source: Sequence[Token]) -> bool:
    """Say whether what belongs together in the source does so in the sentence."""
    ours, theirs = _kinds(said), _kinds(source)
    several = {kind for kind, found in theirs.items() if len(found) > 1}
    return (
        _same_neighbours(said, source, several)
        and _same_joints(said, source)
        and _same_order(said, source)
        and all(
            _same_nearest(own, member, kind, ours, theirs)
            for own, members in ours.items()
            for member in members
            for kind in several - {own, _QUANTITY}
        )
    )


def _same_nearest(own: str, member: str, kind: str, ours: Places, theirs: Places) -> bool:
    if kind not in ours:
        return own != _QUANTITY  # a number without its label may be the other label's
    near = _nearest(ours[own][member], ours[kind])
    return near <= _nearest(theirs.get(own, {}).get(member, ()), theirs[kind])


def _nearest(places: Sequence[int], members: Mapping[str, Sequence[int]]) -> frozenset[str]:
    found: set[str] = set()
    for place in places:
        distance = {
            name: min(abs(place - other) for other in others) for name, others in members.items()
        }
        least = min(distance.values())
        found |= {name for name, far in distance.items() if far <= least + _NEAR}
    return frozenset(found)


def _same_neighbours(
    said: Sequence[Token], source: Sequence[Token], several: Iterable[str]
) -> bool:
    theirs = _Beside(source)
    around: dict[int, list[Pair]] = defaultdict(list)
    ours = content(said)
    for place, (left, right) in enumerate(pairwise(ours)):
        around[place].append((left.stem, right.stem))
        around[place + 1].append((left.stem, right.stem))
    return all(
        theirs.allow(token, around[place])
        for place, token in enumerate(ours)
        if _kind(token) in several and around[place]
    )


class _Beside:
    """Which words stand beside which in a source."""

    def __init__(self, source: Sequence[Token]) -> None:
        tokens = content(source)
        self._pairs = set(pairwise(token.stem for token in tokens))
        self._count = Counter(token.stem for token in tokens)
        numbers = {token.stem for token in tokens if token.kind == _QUANTITY}
        self._by_numbers = {word for pair in self._pairs if numbers & {*pair} for word in pair}

    def allow(self, token: Token, pairs: Sequence[Pair]) -> bool:
        """Say whether the pairs in which a token stands are those of the source."""
        if token.kind == _QUANTITY:  # the easiest to exchange: all must be right
            return all(self._known(pair) or not self._by_numbers.issuperset(pair) for pair in pairs)
        turns = _kind(token) != _AMOUNT  # "riesgo alto", "alto riesgo"; not so of "more"
        return any(pair in self._pairs or (turns and self._known(pair)) for pair in pairs)

    def _known(self, pair: Pair) -> bool:
        once = all(self._count[word] == 1 for word in pair)
        return pair in self._pairs or (once and pair[::-1] in self._pairs)


def _same_joints(said: Sequence[Token], source: Sequence[Token]) -> bool:
    """Say whether what the source joins by "or" is not joined by "and", nor the reverse."""
    theirs = _joints(source)
    return all(joint == theirs.get(pair, joint) for pair, joint in _joints(said).items())


def _same_order(said: Sequence[Token], source: Sequence[Token]) -> bool:
    """Say whether "before", "until" ... stand before the same words as in the source."""
    theirs: dict[str, set[str]] = defaultdict(set)
    for word, following in _orders(source):
        theirs[word] |= {token.stem for token in following}
    return all(
        word not in theirs or not following or following[0].stem in theirs[word]
        for word, following in _orders(said)
    )


def _orders(segment: Sequence[Token]) -> Iterator[tuple[str, list[Token]]]:
    for place, token in enumerate(segment):
        if token.text in _ORDER:
            yield token.stem, content(segment[place + 1 :])[:_SOON]


def _joints(segment: Sequence[Token]) -> dict[Pair, str]:
    inner = zip(segment, segment[1:], segment[2:], strict=False)
    return {
        (left.stem, right.stem): _JOINTS[joint.text]
        for left, joint, right in inner
        if joint.text in _JOINTS
    }


def _kinds(segment: Sequence[Token]) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    place = 0
    for token in segment:
        place += _COMMA if token.text in {",", ":"} else 1
        kind = _kind(token)
        if kind:
            found[kind][token.stem].append(place)
    return {kind: dict(members) for kind, members in found.items()}


def _kind(token: Token) -> str:
    if token.kind == _QUANTITY:
        return _QUANTITY
    return token.stem.partition("_")[0] if "_" in token.stem else ""
