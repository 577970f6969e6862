"""Which findings of a note are denied, past, somebody else's or only imagined.

In the way of NegEx and ConText (Chapman 2001, Harkema 2009): a cue has a scope of tokens, and a
finding in the scope takes the cue's quality. The cues are data; how far each kind reaches is here.
A scope ends with the sentence, at a word that turns it ("pero"), and at a comma unless what
follows is plainly more of the same list. When in doubt a scope ends early: a finding that is
wrongly kept is shown to a person with its place, one that is wrongly dropped is seen by nobody.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vigia_detect.clinical.notes.lexicon import Concept, Cue, Lexicon
from vigia_detect.clinical.notes.lists import Lists
from vigia_detect.clinical.notes.phrases import Match
from vigia_detect.clinical.notes.text import Token, numbered

_REACH = 40  # tokens; longer scopes are run-on text, in which a cue no longer speaks
_WINDOW = 6  # words between a negation or a plan and its first finding
_CLOSE = 4  # tokens: how far the past reaches to a figure, or to how the person is
_PAST_BACK = 8  # words that "en 2019" reaches back
_RESOLVED_AFTER = 3  # tokens between "cedió" and the fever
_NEAR = 2  # words between "previo" and what was before
_NEAR_SOURCE = 4  # tokens between "orina" and its smell
_BACK = 6  # words that "negativo" or "(-)" reaches back
_BULLETS = frozenset("-*•·")
_TURNS = {
    Cue.NEGATE: {Cue.BUT, Cue.CAUSE, Cue.AFFIRM, Cue.WITH, Cue.NEGATE, Cue.DENY},
    Cue.PLAN: {Cue.BUT, Cue.CAUSE, Cue.AFFIRM, Cue.WITH, Cue.NOW},
    Cue.HISTORY: {Cue.BUT, Cue.AFFIRM, Cue.NOW},
    Cue.OTHER_PERSON: {Cue.BUT, Cue.PATIENT, Cue.WOUND, Cue.NOW, Cue.AFFIRM},
    Cue.FAMILY: {Cue.BUT, Cue.PATIENT},
    Cue.CONDITIONAL: {Cue.BUT},
    Cue.TEACH: {Cue.BUT, Cue.AFFIRM, Cue.NOW},
}
"""Cues that end a scope wherever they stand."""

_AFRESH = {
    Cue.HISTORY: {Cue.WITH, Cue.NEGATE, Cue.DENY, Cue.PATIENT, Cue.WOUND},
    Cue.CONDITIONAL: {Cue.NOW},
    Cue.TEACH: {Cue.PATIENT, Cue.WOUND, Cue.WITH},
}
"""Cues that end a scope only right after a comma."""


@dataclass
class Context:
    """The token sets that the cues of one note cover."""

    negated: set[int] = field(default_factory=set)
    past: set[int] = field(default_factory=set)
    past_item: set[int] = field(default_factory=set)
    past_close: set[int] = field(default_factory=set)
    stopped: set[int] = field(default_factory=set)
    other: set[int] = field(default_factory=set)
    imagined: set[int] = field(default_factory=set)
    resolved: set[int] = field(default_factory=set)
    elsewhere: set[int] = field(default_factory=set)


class Reader:
    """Works out the context of one note."""

    def __init__(
        self,
        tokens: Sequence[Token],
        cues: Sequence[Match[Cue]],
        mentions: Sequence[Match[Concept]],
        lexicon: Lexicon,
    ) -> None:
        self._tokens = tokens
        self._cues = cues
        self._at: dict[int, set[Cue]] = defaultdict(set)
        for cue in cues:
            self._at[cue.start].add(cue.meaning)
        self.items = numbered(tokens, lambda token: token.stop or token.word == ",")
        self.sentences = numbered(tokens, lambda token: token.stop)
        self._items_with = self._numbers_with(self.items)
        self._sentences_with = self._numbers_with(self.sentences)
        self._lists = Lists(tokens, self._at, mentions, lexicon.classes["filler"])

    def read(self) -> Context:
        """Give each cue's scope its quality."""
        context = Context()
        mark = {
            Cue.NEGATE: self._mark_denied,
            Cue.DENY: self._mark_denied,
            Cue.NEGATE_AFTER: self._mark_denied_before,
            Cue.HISTORY: self._mark_past,
            Cue.FAR: self._mark_far,
            Cue.RECENT: self._mark_recent,
            Cue.PREVIOUS: self._mark_previous,
            Cue.RESOLVED: self._mark_resolved,
            Cue.OTHER_PERSON: self._mark_other,
            Cue.FAMILY: self._mark_other,
            Cue.OF_OTHER: self._mark_of_other,
            Cue.CONDITIONAL: self._mark_imagined,
            Cue.PLAN: self._mark_imagined,
            Cue.TEACH: self._mark_imagined,
            Cue.STOPPED: self._mark_stopped,
            Cue.IF: self._mark_condition,
            Cue.ELSEWHERE: self._mark_elsewhere,
        }
        for cue in self._cues:
            if cue.meaning in mark:
                mark[cue.meaning](cue, context)
        return context

    def _mark_denied(self, cue: Match[Cue], context: Context) -> None:
        last = self._stands_last(cue)
        context.negated.update(self._backward(cue) if last else self._forward(cue, Cue.NEGATE))

    def _mark_denied_before(self, cue: Match[Cue], context: Context) -> None:
        context.negated.update(self._backward(cue))

    def _mark_previous(self, cue: Match[Cue], context: Context) -> None:
        context.past.update(self._around(cue, _NEAR))

    def _mark_recent(self, cue: Match[Cue], context: Context) -> None:
        # "hace 2 semanas presentó fiebre" is past; "úlcera de hace 2 semanas con pus" is not.
        if self.items[cue.start] in self._items_with[Cue.PAST]:
            self._mark_far(cue, context)

    def _mark_resolved(self, cue: Match[Cue], context: Context) -> None:
        around = [*self._back_over(cue, _BACK), *self._after(cue, _RESOLVED_AFTER), cue.start]
        if not any(self._lists.starting(index) for index in around):
            # "celulitis la semana pasada, ya resuelta" speaks of the item before.
            comma = min(around) - 1
            alike = comma > 0 and self.sentences[comma] == self.sentences[cue.start]
            around += list(self._around_token(comma, _PAST_BACK)) if alike else []
        context.resolved.update(around)

    def _mark_stopped(self, cue: Match[Cue], context: Context) -> None:
        context.stopped.update(self._around(cue, _PAST_BACK))
        if cue.start and self._tokens[cue.start - 1].word == ",":
            context.stopped.update(self._around_token(cue.start - 1, _PAST_BACK))

    def _mark_other(self, cue: Match[Cue], context: Context) -> None:
        context.other.update(range(cue.start, cue.end), self._forward(cue, cue.meaning))

    def _mark_of_other(self, cue: Match[Cue], context: Context) -> None:
        context.other.update(range(max(cue.start - 1, 0), cue.end))

    def _mark_imagined(self, cue: Match[Cue], context: Context) -> None:
        context.imagined.update(self._forward(cue, cue.meaning))

    def _mark_condition(self, cue: Match[Cue], context: Context) -> None:
        if self._is_condition(cue):
            context.imagined.update(self._forward(cue, Cue.CONDITIONAL))

    def _mark_elsewhere(self, cue: Match[Cue], context: Context) -> None:
        if self.items[cue.start] not in self._items_with[Cue.WOUND]:
            context.elsewhere.update(self._around(cue, _NEAR_SOURCE))

    def _mark_past(self, cue: Match[Cue], context: Context) -> None:
        scope = list(self._forward(cue, Cue.HISTORY))
        item = self.items[cue.start]
        context.past.update(scope)
        context.past_item.update(index for index in scope if self.items[index] == item)

    def _mark_far(self, cue: Match[Cue], context: Context) -> None:
        item, sentence = self.items[cue.start], self.sentences[cue.start]
        if item not in self._items_with[Cue.NOW]:
            around = {*self._back_over(cue, _PAST_BACK), *self._after(cue, _CLOSE)}
            context.past |= around
            context.past_item |= around
            context.past_close |= around & set(self._around(cue, _CLOSE))
            if item in self._items_with[Cue.HISTORY]:
                context.past_close.update(self._told_of_it(cue))
        if sentence in self._sentences_with[Cue.PAST]:
            self._mark_past(cue, context)

    def _told_of_it(self, cue: Match[Cue]) -> Iterator[int]:
        """Yield what the past time came with: "antecedente de sepsis en 2019 con T° 39"."""
        if Cue.WITH in self._at.get(cue.end, set()):
            item = self.items[cue.start]
            yield from (
                index for index in self._forward(cue, Cue.HISTORY) if self.items[index] == item
            )

    def _after(self, cue: Match[Cue], reach: int) -> Iterator[int]:
        """Yield the next tokens, up to a word that opens something new."""
        for index in range(cue.end, min(cue.end + reach, len(self._tokens))):
            opens = self._at.get(index, set()) & {Cue.AFFIRM, Cue.WITH, Cue.WOUND, Cue.PATIENT}
            if self.items[index] != self.items[cue.start] or opens:
                return
            yield index

    def _back_over(self, cue: Match[Cue], words: int) -> Iterator[int]:
        """Yield the tokens before a cue in its item, over so many words."""
        for index in range(cue.start - 1, -1, -1):
            words -= self._tokens[index].is_word
            if self.items[index] != self.items[cue.start] or words < 0:
                return
            yield index

    def _forward(self, cue: Match[Cue], kind: Cue) -> Iterator[int]:
        """Yield the tokens after a cue up to where its scope ends."""
        words, start = 0, cue.end
        for index in range(start, min(len(self._tokens), start + _REACH)):
            if self._tokens[index - 1].stop and not self._goes_on_below(cue, index):
                return
            if self._turns(index, start, kind) or not self._lists.go_on(cue, kind, index):
                return
            token = self._tokens[index]
            separates = token.word == "," or bool(self._lists.starting(index))
            words = 0 if separates else words + token.is_word
            if kind in (Cue.NEGATE, Cue.PLAN) and words > _WINDOW:
                return
            yield index

    def _goes_on_below(self, cue: Match[Cue], index: int) -> bool:
        """A line that ends with the cue goes on in the next, a heading in the dashes below it."""
        if not self._tokens[index - 1].breaks:
            return False
        if index == cue.end:
            return True
        heading = self._tokens[cue.end]
        is_heading = heading.word == ":" and heading.breaks
        return is_heading and self._tokens[index].word in _BULLETS

    def _turns(self, index: int, start: int, kind: Cue) -> bool:
        here = self._at.get(index, set())
        # "no está confusa": the verb right after the negation belongs to it.
        if here & _TURNS[kind] - ({Cue.AFFIRM} if index == start else set()):
            return True
        if index > start and self._tokens[index - 1].word in {",", "y", "and"}:
            fresh = _AFRESH.get(kind, {Cue.PATIENT, Cue.WOUND})
            return bool(here & fresh) or (kind is not Cue.CONDITIONAL and self._is_state(index))
        return False

    def _is_state(self, index: int) -> bool:
        return any(mention.meaning.state for mention in self._lists.starting(index))

    def _stands_last(self, cue: Match[Cue]) -> bool:
        """A negation with nothing behind it in its item speaks of what is before it."""
        last = cue.end == len(self._tokens) or self._tokens[cue.end].word in ",.;)!?/"
        if not last and not self._tokens[cue.end - 1].breaks:
            return False
        return any(self._lists.starting(index) for index in self._backward(cue))

    def _backward(self, cue: Match[Cue]) -> Iterator[int]:
        """Yield the tokens before a cue in its item, back to the next cue of yes or no."""
        bounds = {Cue.NEGATE_AFTER, Cue.AFFIRM_AFTER, Cue.NEGATE, Cue.DENY}
        ends = {c.end - 1 for c in self._before(cue) if c.meaning in bounds}
        for index in self._back_over(cue, _BACK):
            if index in ends:
                return
            yield index

    def _before(self, cue: Match[Cue]) -> list[Match[Cue]]:
        """The cues that end in the reach before this one."""
        low = bisect_left(self._cues, cue.start - _REACH, key=lambda one: one.start)
        high = bisect_left(self._cues, cue.start, key=lambda one: one.start)
        return [one for one in self._cues[low:high] if one.end <= cue.start]

    def _around(self, cue: Match[Cue], reach: int) -> Iterator[int]:
        """Yield the tokens of the cue's item at most `reach` tokens away on either side."""
        yield from self._around_token(cue.start, reach, cue.end)

    def _around_token(self, index: int, reach: int, end: int = 0) -> Iterator[int]:
        low, high = max(index - reach, 0), min(max(index, end) + reach, len(self._tokens))
        for one in range(low, high):
            if self.items[one] == self.items[index]:
                yield one

    def _is_condition(self, cue: Match[Cue]) -> bool:
        """Whether this "si" is an if and not a yes."""
        after = self._tokens[cue.end] if cue.end < len(self._tokens) else None
        is_yes = self._tokens[cue.start].raw == "sí"
        if is_yes or after is None or not after.is_word or self._tokens[cue.end - 1].stop:
            return False
        if cue.start and self._tokens[cue.start - 1].word == ":":
            return False
        sentence = self.sentences[cue.start]
        contrast = any(
            c.meaning in (Cue.NEGATE, Cue.DENY) and self.sentences[c.start] == sentence
            for c in self._before(cue)
        )
        return not contrast or sentence in self._sentences_with[Cue.INSTRUCTION]

    def _numbers_with(self, numbers: Sequence[int]) -> dict[Cue, set[int]]:
        found: dict[Cue, set[int]] = defaultdict(set)
        for cue in self._cues:
            found[cue.meaning].add(numbers[cue.start])
        return found
