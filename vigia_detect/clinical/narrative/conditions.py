"""Whether a sentence leaves out the condition under which its source says so."""

from collections.abc import Iterable, Iterator, Sequence

from vigia_detect.clinical.narrative.lists import Lists
from vigia_detect.clinical.narrative.reading import Token, content

_OR = frozenset({"o", "u", "or"})
_ALL = frozenset({"todo", "toda", "todos", "todas", "any", "all"})
_KIND = 3  # words that say of which kind: "any foot ulcer in diabetes"
_ENDS = frozenset({",", ":", "(", ")"})


def stated(said: Sequence[Token], source: Sequence[Token], words: Lists) -> bool:
    """Say whether each condition of the source is at least touched, and not all that is said.

    Conditions are what stands before a colon and names a group ("high risk: ..."), and what
    follows a word such as "if" up to the next comma.
    """
    ours = _stems(said)
    theirs = _stems(source)
    named = _groups(ours)
    if not (_head_whole(ours, source, words) and _all_whole(ours, source)):
        return False
    return all(
        theirs <= condition
        or (
            not ours.isdisjoint(condition) and not ours <= condition and _groups(condition) <= named
        )
        for condition in _conditions(source, ours, words)
    )


def _head_whole(ours: set[str], source: Sequence[Token], words: Lists) -> bool:
    """Say whether a head such as "dry, adherent, intact cap: ..." is said whole, or not at all.

    All of its marks must be there for what follows to hold; of a list with "or" one is enough.
    """
    marks = [place for place, token in enumerate(source) if token.text == ":"]
    head = source[: marks[0]] if marks else ()
    ends = (place for place, token in enumerate(head) if token.text in words.limiting)
    named = head[: next(ends, len(head))]
    if len(named) == len(head) or any(token.text in _OR for token in named):
        return True
    needed, body = _stems(named), _stems(source[len(head) :])
    return ours.isdisjoint(needed) or ours.isdisjoint(body) or needed <= ours


def _all_whole(ours: set[str], source: Sequence[Token]) -> bool:
    """Say whether what the source says of all of a kind is not said of a wider kind."""
    for place, token in enumerate(source):
        if token.text in _ALL:
            kind = {each.stem for each in content(source[place + 1 :])[:_KIND]}
            if not ours.isdisjoint(kind) and not kind <= ours:
                return False
    return True


def _groups(stems: Iterable[str]) -> set[str]:
    """Return the kinds of group that are named: "critical adult at high risk" names two."""
    return {stem.partition("_")[0] for stem in stems if "_" in stem}


def _conditions(source: Sequence[Token], ours: set[str], words: Lists) -> Iterator[set[str]]:
    marks = [place for place, token in enumerate(source) if token.text == ":"]
    if marks and _names_a_group(source[: marks[0]], words):
        yield _stems(source[: marks[0]])
    for place, token in enumerate(source):
        if token.text in words.conditions:
            clause = _stems(_up_to_mark(source[place + 1 :]))
            before = _up_to_mark(source[:place][::-1])
            # one in the middle limits what stands before it: "shorten it if ..."
            if clause and (not before or not ours.isdisjoint(_stems(before))):
                yield clause


def _up_to_mark(tokens: Sequence[Token]) -> Sequence[Token]:
    ends = (place for place, token in enumerate(tokens) if token.text in _ENDS)
    return tokens[: next(ends, len(tokens))]


def _stems(tokens: Sequence[Token]) -> set[str]:
    return {token.stem for token in content(tokens)}


def _names_a_group(head: Sequence[Token], words: Lists) -> bool:
    """Say whether it is a label such as "high risk", and not a sentence, which may deny."""
    denials = {token.text for token in head} & words.negation
    named = any("_" in token.stem for token in head) or bool(denials)
    return named and denials <= words.limiting
