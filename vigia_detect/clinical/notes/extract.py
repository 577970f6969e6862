from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from vigia_detect.clinical.notes import matches
from vigia_detect.clinical.notes.context import Reader
from vigia_detect.clinical.notes.figures import Figure, FigureReader
from vigia_detect.clinical.notes.finding import Lang, NoteFinding, Value
from vigia_detect.clinical.notes.lexicon import Concept, Cue, Lexicon, lexicon
from vigia_detect.clinical.notes.novelty import is_new
from vigia_detect.clinical.notes.phrases import Match
from vigia_detect.clinical.notes.pressure import ComaReader, PressureReader
from vigia_detect.clinical.notes.superseded import is_superseded
from vigia_detect.clinical.notes.text import Note, read
from vigia_detect.clinical.notes.years import years

_NEAR = 12  # tokens in which another organ tells that "crépitos" are not in the wound


def extract(text: str, lang: Lang) -> tuple[NoteFinding, ...]:
    """Read the red flags and figures of a nurse's note.

    What is said to be there is returned with its value, what is said not to be there with the
    field's absent value (``False``, ``"none"``, ``0``). History, other people, conditions, plans,
    what has resolved and words of alarm alone return nothing, and neither does a figure outside its
    field's range or in a unit that it cannot have. A denial of pus returns nothing, because
    ``exudate_type`` has no code for it. "Afebril" returns ``symptoms.fever = False`` and never a
    temperature (see `NOTE_ONLY`). Suspicion ("no se descarta sepsis") counts as said.

    Args:
        text: the note as written.
        lang: its language.

    Returns:
        All mentions in the order of the text, also those that contradict each other.
    """
    engine = _engine(lang)
    note = read(text, engine.lexicon.correct)
    if not note.tokens:
        return ()
    found = set(_Reading(note, engine).findings())
    in_order = sorted(found, key=lambda one: (one.start, one.end, one.field, str(one.value)))
    return tuple(_once_each(in_order))


def _once_each(in_order: Iterable[NoteFinding]) -> Iterator[NoteFinding]:
    """Drop what overlaps with the same statement ("lúcida y orientada" may stay twice)."""
    until: dict[tuple[str, Value], int] = {}
    for one in in_order:
        if one.start >= until.get((one.field, one.value), 0):
            until[one.field, one.value] = one.end
            yield one


@dataclass(frozen=True)
class _Engine:
    lexicon: Lexicon
    figures: FigureReader
    pressures: PressureReader
    coma: ComaReader

    def measured(self, folded: str) -> Iterator[Figure]:
        """Yield the figures of a folded text, each in its field's range."""
        yield from self.figures.find(folded)
        yield from self.pressures.find(folded)
        yield from self.coma.find(folded)


@cache
def _engine(lang: Lang) -> _Engine:
    words = lexicon(lang)
    return _Engine(words, FigureReader(words), PressureReader(words), ComaReader())


class _Reading:
    """One note with its phrases found and its context worked out."""

    def __init__(self, note: Note, engine: _Engine) -> None:
        self._note, self._engine = note, engine
        cues = [*engine.lexicon.cues.find(note.tokens), *years(note.tokens)]
        concepts = engine.lexicon.concepts.find(note.tokens)
        self._mentions = matches.mentions(concepts, matches.shields(cues))
        self._cues = matches.context_cues(cues, self._mentions)
        self._ages, self._doses = matches.age_cues(cues), matches.dose_cues(cues)
        self._reader = Reader(note.tokens, self._cues, self._mentions, engine.lexicon)
        self._context = self._reader.read()
        self._denials = {
            index
            for cue in self._cues
            if cue.meaning in (Cue.NEGATE, Cue.DENY)
            for index in range(cue.start, cue.end)
        }

    def findings(self) -> Iterator[NoteFinding]:
        """Yield what holds now, in words and in figures."""
        items, sentences = self._reader.items, self._reader.sentences
        placed = [
            (one, (sentences[token], items[token]))
            for one, token in (*self._said(), *self._measured())
        ]
        earlier, now = (self._items_with(cue) for cue in (Cue.EARLIER, Cue.NOW))
        current = [(one, place) for one, place in placed if place[1] in now]
        for one, place in placed:
            if place[1] not in earlier or not is_superseded(one, place, current):
                yield one

    def _items_with(self, meaning: Cue) -> set[int]:
        items = self._reader.items
        return {items[cue.start] for cue in self._cues if cue.meaning is meaning}

    def _said(self) -> Iterator[tuple[NoteFinding, int]]:
        for mention in self._mentions:
            if self._counts(mention):
                denied = self._is_denied(mention)
                values = mention.meaning.negated if denied else mention.meaning.affirmed
                newness = {} if denied else self._newness(mention)
                for one in self._findings(mention, {**values, **newness}):
                    yield one, mention.start

    def _measured(self) -> Iterator[tuple[NoteFinding, int]]:
        for figure in self._engine.measured(self._note.folded):
            if self._is_measured_now(figure):
                start, end = self._note.span(figure.start, figure.end)
                token = self._note.token_at(figure.start)
                yield NoteFinding(figure.field, figure.value, start, end), token

    def _counts(self, mention: Match[Concept]) -> bool:
        here, context = self._own_tokens(mention), self._context
        if here & (context.other | context.imagined):
            return False
        if mention.meaning.chronic:
            return True
        if mention.meaning.of_lesion and here & context.elsewhere:
            return False
        if mention.meaning.novelty == "supports.vasopressor_new" and here & context.stopped:
            return False
        past = self._past_for(mention.meaning)
        return not here & (past | context.resolved) and not self._is_lookalike(mention)

    def _past_for(self, concept: Concept) -> set[int]:
        """How far the past reaches: an illness is listed as history, a smell is not.

        How the person is, and figures, are today's unless a past time stands right beside them.
        """
        if concept.state:
            return self._context.past_close
        described = concept.of_lesion and not concept.disease
        return self._context.past_item if described else self._context.past

    def _is_denied(self, mention: Match[Concept]) -> bool:
        inside = not self._denials.isdisjoint(mention.inner)
        return inside or bool(self._own_tokens(mention) & self._context.negated)

    def _is_lookalike(self, mention: Match[Concept]) -> bool:
        name = mention.meaning.not_near
        if name is None:
            return False
        low, high = max(mention.start - _NEAR, 0), mention.end + _NEAR
        words = self._engine.lexicon.classes[name]
        stems = tuple(word[:-1] for word in words if word.endswith("*"))
        return any(
            self._reader.items[index] == self._reader.items[mention.start]
            and (token.word in words or token.word.startswith(stems))
            for index, token in enumerate(self._note.tokens[low:high], low)
        )

    def _newness(self, mention: Match[Concept]) -> Mapping[str, Value]:
        if mention.meaning.novelty is None:
            return {}
        new = is_new(mention, self._ages, self._doses, self._reader.sentences)
        return {} if new is None else {mention.meaning.novelty: new}

    def _is_measured_now(self, figure: Figure) -> bool:
        first = self._note.token_at(figure.start)
        last = self._note.token_at(figure.end - 1)
        here, context = set(range(first, last + 1)), self._context
        if here & (context.other | context.imagined | context.past_close):
            return False
        # "sin T° mayor a 38" denies the bound; a plain figure is never denied.
        return not (figure.bound and here & context.negated)

    def _findings(
        self, mention: Match[Concept], values: Mapping[str, Value]
    ) -> Iterator[NoteFinding]:
        tokens = self._note.tokens
        start, end = self._note.span(tokens[mention.start].start, tokens[mention.end - 1].end)
        for path, value in values.items():
            yield NoteFinding(path, value, start, end)

    @staticmethod
    def _own_tokens(mention: Match[Concept]) -> set[int]:
        return set(range(mention.start, mention.end)) - set(mention.inner)
