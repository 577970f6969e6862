"""Whether a denial, a plan or a history goes on after a comma or an "and"."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vigia_detect.clinical.notes.lexicon import Concept, Cue
from vigia_detect.clinical.notes.phrases import Match
from vigia_detect.clinical.notes.text import Token

_AND = frozenset({"y", "e", "and", "&"})
_OR = frozenset({"ni", "o", "u", "or", "nor"})
_LONGEST_ITEM = 5  # words; a longer item is a clause of its own
_ENOUGH = 2  # bare items that make a list without any "or"
_MOST_ITEMS = 8
_ENDS_LIST = frozenset({Cue.BUT, Cue.CAUSE, Cue.AFFIRM, Cue.WITH, Cue.NOW})


@dataclass(frozen=True, slots=True)
class _Item:
    start: int
    end: int
    opened_by: str


class Lists:
    """Sees where the items of a list lie in a note and which are nothing but a finding."""

    def __init__(
        self,
        tokens: Sequence[Token],
        cues: Mapping[int, set[Cue]],
        mentions: Iterable[Match[Concept]],
        fillers: Iterable[str],
    ) -> None:
        self._tokens = tokens
        self._cues = cues
        self._fillers = frozenset(fillers)
        self._starting: dict[int, list[Match[Concept]]] = defaultdict(list)
        self._covered: set[int] = set()
        self._sure_until = 0
        for mention in mentions:
            self._starting[mention.start].append(mention)
            self._covered.update(range(mention.start, mention.end))

    def starting(self, index: int) -> Sequence[Match[Concept]]:
        """The findings that start at a token."""
        return self._starting.get(index, ())

    def go_on(self, cue: Match[Cue], kind: Cue, index: int) -> bool:
        """Whether the scope of `cue` goes on over this token.

        Scopes are asked token by token in order, so a list once seen to be one stays one.
        """
        if index == cue.end:
            self._sure_until = 0
        if index < self._sure_until:
            return True
        word = self._tokens[index].word
        if word == ",":
            return self._over_comma(cue, kind, index)
        if word in _AND and kind in (Cue.NEGATE, Cue.PLAN):
            return self._over_and(cue, index)
        return True

    def _over_comma(self, cue: Match[Cue], kind: Cue, index: int) -> bool:
        if kind not in (Cue.NEGATE, Cue.PLAN):
            return kind is not Cue.OTHER_PERSON
        if self._tokens[cue.end].word == ":":
            return True
        items, complete = self._items(index)
        if not items or self._is_closed(items):
            return bool(items)
        bare = [self._is_bare(item) for item in items]
        # "niega alergias, sangrado activo": only after another finding is it a list of findings.
        after_finding = any(self.starting(at) for at in range(cue.end, index))
        if after_finding and complete and len(items) >= _ENOUGH and all(bare):
            self._sure_until = items[-1].end
            return True
        return bare[0] and not self._of_lesion(items[0])

    def _over_and(self, cue: Match[Cue], index: int) -> bool:
        items, _ = self._items(index)
        if not items:
            return False
        if self._is_closed(items):
            return True
        first = _Item(cue.end, index, "")
        alike = not self._of_lesion(items[0]) or self._of_lesion(first)
        return self._is_bare(items[0]) and alike

    def _items(self, index: int) -> tuple[list[_Item], bool]:
        """The items from a separator on, and whether the sentence ends with the last."""
        items: list[_Item] = []
        start, opened_by = index + 1, self._tokens[index].word
        for at in range(index + 1, len(self._tokens)):
            token = self._tokens[at]
            separator = token.word == "," or token.word in _AND or token.word in _OR
            if separator or token.stop:
                end = at if separator or not token.is_word else at + 1
                items.append(_Item(start, end, opened_by))
                start, opened_by = at + 1, token.word
            if token.stop or len(items) == _MOST_ITEMS:
                return items, token.stop
            if not separator and self._ends_list(at, start):
                return items, False
        return [*items, _Item(start, len(self._tokens), opened_by)], True

    def _ends_list(self, at: int, start: int) -> bool:
        here = self._cues.get(at, set())
        if here & _ENDS_LIST:
            return True
        return at == start and (
            bool(here & {Cue.PATIENT, Cue.WOUND})
            or any(mention.meaning.state for mention in self.starting(at))
        )

    def _is_closed(self, items: Sequence[_Item]) -> bool:
        """A "ni", "o" or "or" further on shows that all before it is one list."""
        for item in items:
            if item.opened_by in _OR:
                return True
            if self._words(item) > _LONGEST_ITEM:
                return False
        return False

    def _is_bare(self, item: _Item) -> bool:
        words = [i for i in range(item.start, item.end) if self._tokens[i].is_word]
        extra = [
            i for i in words if i not in self._covered and self._tokens[i].word not in self._fillers
        ]
        return not extra and any(self.starting(i) for i in words)

    def _of_lesion(self, item: _Item) -> bool:
        return any(
            mention.meaning.of_lesion
            for index in range(item.start, item.end)
            for mention in self.starting(index)
        )

    def _words(self, item: _Item) -> int:
        return sum(self._tokens[index].is_word for index in range(item.start, item.end))
