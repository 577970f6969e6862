"""What a model is given, with the ids by which it may point to it, and what its pointing gives."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vigia_detect.clinical.narrative.case_words import (
    LANGS,
    about_word,
    kind_word,
    origin_word,
    template,
)
from vigia_detect.clinical.narrative.checking import Source
from vigia_detect.clinical.narrative.comparing import Contradiction, Side
from vigia_detect.clinical.narrative.findings import Finding
from vigia_detect.clinical.narrative.forms import Pair
from vigia_detect.clinical.narrative.note import numbered
from vigia_detect.clinical.narrative.view import Origin
from vigia_detect.clinical.output import Assessment
from vigia_detect.clinical.protocols.model import Lang, Passage

MOST_QUESTIONS: Final = 5
MOST_ACTIONS: Final = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings and sentences of a note under one numbering, from 1: what pairs may name.

    Attributes:
        note: its sentences, masked; a question names them by their number and never quotes them.
    """

    findings: tuple[Finding, ...]
    note: tuple[str, ...]

    def parts(self, lang: str) -> dict[str, str]:
        """Return what is put into the prompt."""
        lines = [f"{number}. {one.line(lang)}" for number, one in enumerate(self.findings, 1)]
        return {
            "findings": "\n".join(lines) or "-",
            "note": numbered(self.note, len(self.findings) + 1),
        }

    def questions(self, pairs: Iterable[Pair]) -> tuple[Contradiction, ...]:
        """Return a question for each pair whose numbers were both supplied; no pair twice."""
        found: dict[frozenset[int], Contradiction] = {}
        for pair in pairs:
            numbers = frozenset((pair.first, pair.second))
            if len(numbers) == len(("first", "second")) and all(map(self._known, numbers)):
                found.setdefault(numbers, self._question(pair))
        return tuple(found.values())[:MOST_QUESTIONS]

    def _known(self, number: int) -> bool:
        return 1 <= number <= len(self.findings) + len(self.note)

    def _question(self, pair: Pair) -> Contradiction:
        sides = (self._side(pair.first), self._side(pair.second))
        question = {
            lang: template(
                "model_question",
                lang,
                kind=kind_word(pair.kind, lang),
                one=_named(sides[0], lang),
                other=_named(sides[1], lang),
            )
            for lang in LANGS
        }
        return Contradiction(pair.kind, sides, "model", question)

    def _side(self, number: int) -> Side:
        if number <= len(self.findings):
            one = self.findings[number - 1]
            return Side(one.origin, one.es, one.en)
        place = number - len(self.findings)
        return Side(Origin.NOTE, *(template("sentence", lang, number=place) for lang in LANGS))


def sources_of(
    findings: Sequence[Finding],
    found: Assessment | None,
    passages: Iterable[Passage],
    lang: Lang,
) -> dict[str, Source]:
    """Return what a summary may cite, by id: F1 ..., rules, actions, passages."""
    listed = [
        *(
            Source(f"F{number}", one.text(lang), about=_about(one, lang))
            for number, one in enumerate(findings, 1)
        ),
        *(_of_assessment(found) if found else ()),
        *(_of_passage(one, lang) for one in passages),
    ]
    return {source.id: source for source in listed}


def told(sources: Iterable[Source], findings: Sequence[Finding], lang: str) -> dict[str, str]:
    """Return each source in one line, by id: who says it or what it is about, and the words."""
    who = {f"F{number}": origin_word(one.origin, lang) for number, one in enumerate(findings, 1)}
    return {one.id: ": ".join((*_head(one, who), " ".join(one.text.split()))) for one in sources}


def _head(source: Source, who: Mapping[str, str]) -> tuple[str, ...]:
    """Return who says it, or what it is about."""
    head = who.get(source.id, source.about)
    return (head,) if head else ()


def _about(one: Finding, lang: str) -> str:
    words = about_word(one.origin, lang)
    return f"{words}, {about_word('unknown', lang)}" if one.unknown else words


def _named(side: Side, lang: str) -> str:
    text = side.text(lang)
    return (
        f"«{text}»" if side.origin is Origin.NOTE else f"«{origin_word(side.origin, lang)}: {text}»"
    )


def _of_assessment(found: Assessment) -> Iterator[Source]:
    yield from (Source(one.id, one.text) for one in found.explanation.rules)
    yield from (Source(one.id, one.text) for one in found.actions[:MOST_ACTIONS])


def _of_passage(passage: Passage, lang: Lang) -> Source:
    text = passage.text(lang)
    said = " ".join(_ended(statement.text) for statement in text.statements)
    return Source(passage.head.id, said, about=text.title)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
