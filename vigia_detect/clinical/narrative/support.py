"""Whether one part of a source says what one part of a sentence says."""

from collections.abc import Sequence
from enum import StrEnum

from vigia_detect.clinical.narrative import conditions, negation, pairing
from vigia_detect.clinical.narrative.lists import Lists, lists
from vigia_detect.clinical.narrative.reading import Segment, Token, content

_FEW = 3


class Why(StrEnum):
    """Why a sentence was dropped; the later, the nearer it came to being kept."""

    UNCITED = "uncited"
    UNKNOWN_CITATION = "unknown_citation"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    MARKUP = "markup"
    WRONG_LANGUAGE = "wrong_language"
    INSTRUCTION = "instruction"
    NUMBER_NOT_IN_SOURCE = "number_not_in_source"
    DRUG_NOT_IN_SOURCE = "drug_not_in_source"
    CLASS_NOT_IN_SOURCE = "class_not_in_source"
    SIDE_NOT_IN_SOURCE = "side_not_in_source"
    NOT_IN_SOURCE = "not_in_source"
    TOO_LITTLE = "too_little"
    NEGATION_DIFFERS = "negation_differs"
    MORE_CERTAIN = "more_certain"
    CONDITION_LEFT_OUT = "condition_left_out"
    PAIRED_OTHERWISE = "paired_otherwise"


_MISSING = {
    "quantity": Why.NUMBER_NOT_IN_SOURCE,
    "drug": Why.DRUG_NOT_IN_SOURCE,
    "class": Why.CLASS_NOT_IN_SOURCE,
}


def fault(said: Segment, source: Segment, about: frozenset[str], lang: str) -> Why | None:
    """Return why a part of a source does not support a part of a sentence, or None.

    Args:
        said: part of a sentence.
        source: part of a source.
        about: stems of what the whole source is about, which any part of it may be said to be.
        lang: of both.
    """
    words = lists(lang)
    missing = unsupported(said, frozenset(token.stem for token in source), about, words)
    if missing:
        return missing[0]
    if _says_little(said, source):
        return Why.TOO_LITTLE
    if not negation.agree(said, source, words):
        return Why.NEGATION_DIFFERS
    if _more_certain(said, source, words):
        return Why.MORE_CERTAIN
    if not conditions.stated(said, source, words):
        return Why.CONDITION_LEFT_OUT
    return None if pairing.agree(said, source) else Why.PAIRED_OTHERWISE


def _says_little(said: Segment, source: Segment) -> bool:
    """Say whether it is a scrap: "low risk" out of a rule about low risk is no answer."""
    theirs = {token.stem for token in content(source)}
    shared = theirs & {token.stem for token in content(said)}
    return not shared or (len(shared) < _FEW and len(shared) * 2 < len(theirs))


def unsupported(
    said: Sequence[Token], known: frozenset[str], about: frozenset[str], words: Lists
) -> list[Why]:
    """Return what is said and not known, the gravest first."""
    found = [
        _why(token, words)
        for token in said
        if token.kind != "mark"
        and not token.plain
        and token.stem not in known
        and (token.kind in {"quantity", "drug"} or token.stem not in about)
    ]
    return sorted(found, key=list(Why).index)


def _why(token: Token, words: Lists) -> Why:
    if token.stem.startswith("side_"):
        return Why.SIDE_NOT_IN_SOURCE
    if token.text in words.orders | words.machine:
        return Why.INSTRUCTION
    return _MISSING.get(token.kind, Why.NOT_IN_SOURCE)


def _more_certain(said: Segment, source: Segment, words: Lists) -> bool:
    ours = {token.text for token in said}
    if not ours.isdisjoint(words.hedges | words.unsure):
        return False
    if any(token.text in words.unsure for token in source):
        return True
    stems = {token.stem for token in said if not token.plain}
    return any(
        token.text in words.hedges and not stems.isdisjoint(_clause(source, place))
        for place, token in enumerate(source)
    )


def _clause(source: Segment, place: int) -> set[str]:
    ends = [-1, *(n for n, token in enumerate(source) if token.text in {",", ":"}), len(source)]
    start = max(end for end in ends if end < place)
    stop = min(end for end in ends if end >= place)
    return {t.stem for t in source[start + 1 : stop] if not t.plain and t.kind != "mark"}
