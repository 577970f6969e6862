"""The word lists by which generated sentences are checked, read once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vigia_detect.clinical.data_file import DataModel, read_data
from vigia_detect.clinical.narrative.stems import stem
from vigia_detect.domain.search import LANGUAGES

DATA = Path(__file__).parent / "data"
Words = frozenset[str]


class _WordsFile(DataModel):
    version: str
    phrases: dict[str, dict[str, str]]
    plain: dict[str, str]
    negation: dict[str, tuple[str, ...]]
    after_only: dict[str, tuple[str, ...]]
    limiting: dict[str, tuple[str, ...]]
    conditions: dict[str, tuple[str, ...]]
    hedges: dict[str, tuple[str, ...]]
    unsure: dict[str, tuple[str, ...]]
    bounds: dict[str, dict[str, str]]
    numbers: dict[str, dict[str, float]]
    units: dict[str, tuple[str, ...]]
    contrasts: dict[str, dict[str, tuple[str, ...]]]
    synonyms: dict[str, tuple[tuple[str, ...], ...]]
    orders: dict[str, tuple[str, ...]]
    machine: tuple[str, ...]


class _DrugsFile(DataModel):
    version: str
    names: str
    endings: str
    not_drugs: tuple[str, ...]


@dataclass(frozen=True)
class Lists:
    """The lists of one language.

    Attributes:
        phrases: finds written forms of one thing; `codes` says what stands for each.
        contrasts: by word, the kind and the member: `left` is a `side`.
        same: by stem, the stem that stands for all its synonyms.
    """

    lang: str
    phrases: re.Pattern[str]
    codes: Mapping[str, str]
    plain: Words
    negation: Words
    after_only: Words
    limiting: Words
    conditions: Words
    hedges: Words
    unsure: Words
    bounds: Mapping[str, str]
    numbers: Mapping[str, float]
    units: Mapping[str, str]
    contrasts: Mapping[str, tuple[str, str]]
    same: Mapping[str, str]
    orders: Words
    machine: Words


@dataclass(frozen=True)
class Drugs:
    """How the name of a drug is known."""

    names: Words
    endings: tuple[str, ...]
    not_drugs: Words


@cache
def lists(lang: str) -> Lists:
    """Return the lists of `es` or `en`."""
    read = read_data(DATA / "words.yaml", _WordsFile)
    codes = read.phrases[lang]
    longest = sorted(codes, key=len, reverse=True)
    return Lists(
        lang=lang,
        phrases=re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b"),
        codes=codes,
        plain=frozenset(read.plain[lang].split()),
        negation=frozenset(read.negation[lang]),
        after_only=frozenset(read.after_only[lang]),
        limiting=frozenset(read.limiting[lang]),
        conditions=frozenset(read.conditions[lang]),
        hedges=frozenset(read.hedges[lang]),
        unsure=frozenset(read.unsure[lang]),
        bounds=read.bounds[lang],
        numbers=read.numbers[lang],
        units={word: unit for unit, words in read.units.items() for word in words},
        contrasts=_contrasts(read.contrasts),
        same=_same(read.synonyms[lang], lang),
        orders=frozenset(read.orders[lang]),
        machine=frozenset(read.machine),
    )


@cache
def drugs() -> Drugs:
    """Return what names of drugs are known by."""
    read = read_data(DATA / "drugs.yaml", _DrugsFile)
    names = frozenset(read.names.split())
    return Drugs(names, tuple(read.endings.split()), frozenset(read.not_drugs))


@cache
def small_words() -> Mapping[str, Words]:
    """Return the small words of each language, by which a language is told."""
    return {lang: _small(lists(lang)) for lang in LANGUAGES}


def _small(words: Lists) -> Words:
    return words.plain | words.negation | words.hedges | words.conditions | frozenset(words.bounds)


def _contrasts(
    kinds: Mapping[str, Mapping[str, tuple[str, ...]]],
) -> dict[str, tuple[str, str]]:
    return {
        word: (kind, member)
        for kind, members in kinds.items()
        for member, words in members.items()
        for word in words
    }


def _same(groups: tuple[tuple[str, ...], ...], lang: str) -> dict[str, str]:
    return {stem(word, lang): stem(group[0], lang) for group in groups for word in group}
