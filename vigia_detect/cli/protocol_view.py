"""A passage for people and for programs."""

from collections.abc import Iterator

from vigia_detect.cli.protocol_texts import grade, say
from vigia_detect.clinical.protocols import Passage, Statement
from vigia_detect.clinical.protocols.model import Lang


def lines(passage: Passage, lang: Lang) -> Iterator[str]:
    """Yield a passage's lines: title, statements with their sources, and what it rests on."""
    head = passage.head
    yield passage.text(lang).title
    for statement in passage.text(lang).statements:
        yield f"  - {statement.text} [{_basis(statement, lang)}]"
    values = {"id": head.id, "version": head.version, "review": head.review}
    yield "  " + say(lang, "head", grade=grade(lang, head.grade), **values)


def document(passage: Passage, lang: Lang) -> dict[str, object]:
    """Return a passage for `--json`; codes do not depend on the language."""
    head, text = passage.head, passage.text(lang)
    return {
        **head.model_dump(mode="json", exclude={"asked"}),
        "own": passage.own,
        "lang": next(each for each, one in passage.texts.items() if one is text),
        "title": text.title,
        "statements": [_statement(statement) for statement in text.statements],
    }


def _statement(statement: Statement) -> dict[str, object]:
    return {
        "text": statement.text,
        "sources": [f"{one.tag} {one.source}" for one in statement.evidence],
        "rules": statement.rules,
        "to_be_verified": statement.to_be_verified,
        "policy": statement.policy,
    }


def _basis(statement: Statement, lang: Lang) -> str:
    # general knowledge and policy are no documents that a reader could open
    named = [one.source for one in statement.evidence if one.source != one.tag]
    marks = [
        say(lang, mark)
        for mark, holds in (
            ("to_be_verified", statement.to_be_verified),
            ("policy", statement.policy),
        )
        if holds
    ]
    return "; ".join([*named, *marks])
