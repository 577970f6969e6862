"""A sentence or a source as words, quantities and marks that can be compared."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from vigia_detect.clinical.narrative.lists import Lists, drugs, lists
from vigia_detect.clinical.narrative.quantities import Quantity, quantities
from vigia_detect.clinical.narrative.stems import fold, stem

_NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5} | {
    name: number
    for names in ("one two three four five", "uno dos tres cuatro cinco")
    for number, name in enumerate(names.split(), 1)
}
_ONE = rf"(?:{'|'.join(sorted(_NUMERALS, key=len, reverse=True))})"
# a class is one word with its number, or every III would be near every 3
_KINDS = {
    "categoria": "class",
    "categorias": "class",
    "estadio": "class",
    "estadios": "class",
    "etapa": "class",
    "stage": "class",
    "stages": "class",
    "category": "class",
    "categories": "class",
    "class": "class",
    "clase": "class",
    "grado": "grade",
    "grados": "grade",
    "grade": "grade",
    "tipo": "type",
    "type": "type",
    "fase": "phase",
    "phase": "phase",
}
_CLASS = re.compile(
    rf"\b({'|'.join(_KINDS)})\s+({_ONE})\b((?:\s*(?:,|/|o|u|y|a|or|and|to|ni|nor)\s*(?:i|ii|iii|iv)\b"
    r"|\s+(?:o|u|y|or|and|ni|nor)\s+[1-4]\b(?!\s*(?:h|d|cm|mm|g|kg|%)\b))*)"
)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+(?:_\w+)?|[%°<>≥≤=+~]|[,;:.!?()\n/-]|\S")
_SIGNS = {"º": "°", "˚": "°", "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{MINUS SIGN}": "-"}
_END = frozenset(".;!?\n")

Kind = Literal["word", "drug", "class", "quantity", "mark"]


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a sentence.

    Attributes:
        text: as folded.
        stem: what it is compared by: equal for words that mean the same here.
        plain: it says nothing about medicine.
    """

    kind: Kind
    text: str
    stem: str
    plain: bool = False
    quantity: Quantity | None = None


Segment = tuple[Token, ...]
_BREAK = Token("mark", ":", ":")
_MOST = 0.7


def segments(text: str, lang: str) -> tuple[Segment, ...]:
    """Return the parts of a text that each state something for themselves."""
    found: list[Segment] = []
    current: list[Token] = []
    for token in _tokens(text, lists(lang)):
        if token.kind == "mark" and token.text in _END:
            found.append(tuple(current))
            current = []
        else:
            current.append(token)
    found.append(tuple(current))
    return tuple(part for part in found if any(token.kind != "mark" for token in part))


def content(segment: Sequence[Token]) -> list[Token]:
    """Return the tokens that carry meaning: no marks, no plain words, no negations."""
    return [token for token in segment if token.kind != "mark" and not token.plain]


def whole(said: Segment, parts: Sequence[Segment]) -> Iterator[Segment]:
    """Yield neighbouring parts as one where a sentence says most of both, in their order."""
    ours = [token.stem for token in content(said)]
    for first, second in pairwise(parts):
        one, two = ({token.stem for token in content(part)} for part in (first, second))
        turn = next((place for place, stem in enumerate(ours) if stem not in one), len(ours))
        ordered = two.issuperset(ours[turn:])
        if ordered and all(
            len(each.intersection(ours)) >= _MOST * len(each) for each in (one, two)
        ):
            yield (*first, _BREAK, *second)


def _tokens(text: str, words: Lists) -> Iterator[Token]:
    raw = _TOKEN.findall(_prepared(text, words))
    for part in quantities(raw, words):
        if isinstance(part, Quantity):
            yield Token("quantity", str(part), str(part), quantity=part)
        else:
            yield _token(part, words)


def _prepared(text: str, words: Lists) -> str:
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    folded = _CLASS.sub(_classes, fold(text))
    return words.phrases.sub(lambda found: f" {words.codes[found[0]]} ", folded)


def _classes(found: re.Match[str]) -> str:
    kind = _KINDS[found[1]]
    more = re.findall(r"\w+", found[3])
    numbers = [_NUMERALS[word] for word in (found[2], *more) if word in _NUMERALS]
    return " o ".join(f"{kind}_{number}" for number in numbers)


def _token(word: str, words: Lists) -> Token:
    if not word[0].isalpha():
        return Token("mark", word, word)
    if "_" in word:
        return Token("class", word, word)
    cut = stem(word, words.lang)
    if word in words.negation or word in words.hedges or word in words.plain:
        return Token("word", word, cut, plain=True)
    kind: Kind = "drug" if is_drug(word) else "word"
    contrast = words.contrasts.get(word)
    return Token(kind, word, "_".join(contrast) if contrast else words.same.get(cut, cut))


def is_drug(word: str) -> bool:
    """Say whether a folded word is, or looks like, the name of a drug."""
    known = drugs()
    return word not in known.not_drugs and (
        word in known.names or (len(word) > 6 and word.endswith(known.endings))  # noqa: PLR2004
    )
