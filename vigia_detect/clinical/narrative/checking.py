"""Every generated sentence passes here before a person sees it; in doubt it is dropped.

A sentence is kept when each of its parts (between full stops and semicolons) says what one part
of one source says that the sentence itself cites: the same words of meaning, numbers, drugs,
classes and sides, nothing denied that is stated there nor the reverse, nothing surer than there.
Words may be left out and put in another order. What that cannot catch is in
`docs/decisions/0053-checked-sentences.md`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from vigia_detect.clinical.narrative.markup import has_markup, is_foreign
from vigia_detect.clinical.narrative.reading import Segment, content, segments, whole
from vigia_detect.clinical.narrative.support import Why, fault

MOST_CHARACTERS = 400
__all__ = ["Checked", "Cited", "Dropped", "Source", "Why", "check"]


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence and the ids of the sources that it cites."""

    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Something that may be cited: a statement of a passage, or a finding of a case, in words.

    Attributes:
        text: in the language of the answer. Each part between full stops or semicolons stands
            alone: what belongs together, such as a lesion's site and class, is parted by commas.
        about: what the whole is about, such as a passage's title; its words may be said of any
            part. Numbers and drugs in it count for nothing.
    """

    id: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that nobody gets to see, and why."""

    text: str
    why: Why


@dataclass(frozen=True, slots=True)
class Checked:
    """What may be shown, and what was dropped; both in the order of the answer."""

    kept: tuple[Cited, ...]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    id: str
    parts: tuple[Segment, ...]
    about: frozenset[str]


def check(sentences: Iterable[Cited], sources: Mapping[str, Source], lang: str) -> Checked:
    """Keep the sentences that their own citations support. Never raises.

    Args:
        sentences: what a model wrote.
        sources: what it was given, by id.
        lang: of the answer, `es` or `en`.

    Returns:
        Kept sentences cite those of their sources that support them.
    """
    kept: list[Cited] = []
    dropped: list[Dropped] = []
    for sentence in sentences:
        result = _judge(sentence, sources, lang)
        if isinstance(result, Why):
            dropped.append(Dropped(sentence.text, result))
        else:
            kept.append(result)
    return Checked(tuple(kept), tuple(dropped))


def _judge(sentence: Cited, sources: Mapping[str, Source], lang: str) -> Cited | Why:
    why = _form(sentence, sources, lang)
    if why:
        return why
    read = [_read(sources[cited], lang) for cited in dict.fromkeys(sentence.cites)]
    parts = segments(sentence.text, lang)
    if not any(content(part) for part in parts):
        return Why.EMPTY
    supports: set[str] = set()
    for part in parts:
        found = _support(part, read, lang)
        if isinstance(found, Why):
            return found
        supports.add(found)
    return Cited(sentence.text, tuple(each.id for each in read if each.id in supports))


def _form(sentence: Cited, sources: Mapping[str, Source], lang: str) -> Why | None:
    if not sentence.cites:
        return Why.UNCITED
    if any(cited not in sources for cited in sentence.cites):
        return Why.UNKNOWN_CITATION
    tests: Iterator[tuple[bool, Why]] = iter(
        (
            (len(sentence.text) > MOST_CHARACTERS, Why.TOO_LONG),
            (has_markup(sentence.text), Why.MARKUP),
            (is_foreign(sentence.text, lang), Why.WRONG_LANGUAGE),
        )
    )
    return next((why for failed, why in tests if failed), None)


def _support(part: Segment, read: Iterable[_Read], lang: str) -> str | Why:
    """Return the id of a source that supports a part of a sentence, or what is wrong with it."""
    faults: list[Why] = []
    for source in read:
        for each in (*source.parts, *whole(part, source.parts)):
            why = fault(part, each, source.about, lang)
            if why is None:
                return source.id
            faults.append(why)
    # the part of a source that comes nearest says best what is wrong
    return max(faults, key=list(Why).index, default=Why.NOT_IN_SOURCE)


@lru_cache(maxsize=2_000)
def _read(source: Source, lang: str) -> _Read:
    about = frozenset(t.stem for part in segments(source.about, lang) for t in content(part))
    return _Read(source.id, segments(source.text, lang), about)
