"""Whether a sentence denies what its source states, or states what it denies."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vigia_detect.clinical.narrative.lists import Lists
from vigia_detect.clinical.narrative.reading import Token

_CONJUNCTIONS = frozenset({"o", "u", "y", "e", "ni", "or", "nor", "and", "/"})
_BREAKS = frozenset({",", ":", "(", ")", "pero", "but", "sino"})
_NOR = frozenset({"ni", "nor"})
_PLACED = frozenset({"con", "en", "with", "at", "in", "on"})
_USED = frozenset({"used", "usedon", "usa", "usan", "usar", "utiliza", "aplica"})
_WHERE = frozenset({"usedon", "in", "for", "en", "sobre", "para"})


@dataclass(frozen=True, slots=True)
class Denial:
    """One word of negation and what it is about.

    Attributes:
        heads: the first word that it denies, and those listed with it.
        reach: all words that it may be about.
        objects: for a word that denies only what follows it, what it denies of what.
        before: the word before it, which it limits: "shallow, without infection".
        nor: it continues another negation.
        passive: it stands after what it denies: "is to be avoided".
    """

    heads: frozenset[str]
    reach: frozenset[str]
    objects: frozenset[str]
    before: frozenset[str]
    nor: bool
    passive: bool


def agree(said: Sequence[Token], source: Sequence[Token], words: Lists) -> bool:
    """Say whether both deny the same; in doubt they do not."""
    ours, theirs = denials(said, words), denials(source, words)
    stems = {token.stem for token in said if token.kind != "mark"}
    denied = _all(denial.reach if denial.passive else denial.heads for denial in ours)
    reached = _all(denial.reach for denial in ours)
    known = Counter(head for denial in theirs for head in denial.heads)
    reach = _all(denial.reach for denial in theirs)
    return (
        Counter(h for denial in ours if not denial.passive for h in denial.heads) <= known
        and all(denial.heads <= reach for denial in ours if denial.passive)
        and all(denial.objects <= reach for denial in ours)
        and len(ours) <= len(theirs)
        and all(denial.heads for denial in ours)
        and all(denial.heads & stems <= (reached if denial.nor else denied) for denial in theirs)
        and all(denied & denial.heads for denial in theirs if denial.before & stems)
        and (bool(ours) or not any(denial.reach & stems for denial in theirs))
    )


def denials(segment: Sequence[Token], words: Lists) -> list[Denial]:
    """Return the negations of a segment; one that stands alone has no heads."""
    places = [place for place, token in enumerate(segment) if token.text in words.negation]
    return [_denial(segment, place, words) for place in places]


def _denial(segment: Sequence[Token], place: int, words: Lists) -> Denial:
    word = segment[place].text
    after, before = segment[place + 1 :], segment[:place][::-1]
    only_after = word in words.after_only
    if any(token.text in words.conditions for token in _clause(before)):
        after = _clause(after)  # "if not infected, cleanse and cover": the comma ends the condition
    subject = _heads(before)[:1] if _is_passive(after) else []
    listed = [] if subject else _heads(after)
    heads = frozenset(listed or _heads(before)[:1] or _next(after) or _next(before))
    reach = _stems(_clause(after)) | (frozenset() if only_after else _stems(_clause(before)))
    limited = _limited(before, after) if word in words.limiting else frozenset[str]()
    objects = _stems(_object(after)) if only_after else frozenset[str]()
    return Denial(heads, reach | heads, objects, limited, word in _NOR, not listed)


def _is_passive(after: Sequence[Token]) -> bool:
    """Say whether what is denied stands before: "alcohol is not used on the skin"."""
    small = [token.text for token in itertools.takewhile(lambda token: token.plain, after)]
    return not _USED.isdisjoint(small) and not _WHERE.isdisjoint(small)


def _limited(before: Sequence[Token], after: Sequence[Token]) -> frozenset[str]:
    """Return the word that a negation limits; behind a comma only in a condition, "...: act"."""
    apart = any(token.text in _BREAKS for token in before[:1])
    condition = any(token.text == ":" for token in after)
    words = [token.stem for token in before if not token.plain and token.kind != "mark"]
    return frozenset(words[:1] if condition or not apart else ())


def _clause(tokens: Sequence[Token]) -> Sequence[Token]:
    ends = (place for place, token in enumerate(tokens) if token.text in _BREAKS)
    return tokens[: next(ends, len(tokens))]


def _object(tokens: Sequence[Token]) -> list[Token]:
    ends = _CONJUNCTIONS | _PLACED
    return list(itertools.takewhile(lambda token: token.text not in ends, _clause(tokens)))


def _heads(tokens: Sequence[Token]) -> list[str]:
    """Return the first word of meaning and those listed with it, as far as the last "or"."""
    found: list[str] = []
    sure = 0  # how many are certainly of the list: a comma alone may begin something else
    joint = "first"
    for token in tokens:
        if token.text in _CONJUNCTIONS or token.text == ",":
            joint = token.text
        elif token.kind == "mark" or (token.plain and found):
            break
        elif not token.plain and joint:
            found.append(token.stem)
            sure = sure if joint == "," else len(found)
            joint = ""
    return found[:sure]


def _next(tokens: Sequence[Token]) -> list[str]:
    """Return the word beside it, though it may mean little: "without lesion"."""
    return [token.stem for token in tokens[:1] if token.kind != "mark"]


def _stems(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(token.stem for token in tokens if not token.plain and token.kind != "mark")


def _all(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*groups)
