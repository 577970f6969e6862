"""What the form of one field cannot say: that head and statements, and the languages, agree."""

from collections.abc import Iterator

from vigia_detect.clinical.protocols.model import Passage, PassageText
from vigia_detect.phrase import Phrase


def problems(passage: Passage) -> Iterator[tuple[str, Phrase]]:
    """Yield each field that does not agree with the rest, and why."""
    for lang, text in passage.texts.items():
        yield from _head_problems(passage, lang, text)
    yield from _language_problems(passage)


def _head_problems(passage: Passage, lang: str, text: PassageText) -> Iterator[tuple[str, Phrase]]:
    named = {one.source.split()[0] for each in text.statements for one in each.evidence}
    if named != set(passage.head.source):
        names = ", ".join(sorted(named))
        yield "source", Phrase("the statements in {lang} name {names}", lang=lang, names=names)
    verified = not any(statement.to_be_verified for statement in text.statements)
    if verified != passage.head.verified:
        found = str(verified).lower()
        yield (
            "verified",
            Phrase("by the statements in {lang} it is {found}", lang=lang, found=found),
        )


def _language_problems(passage: Passage) -> Iterator[tuple[str, Phrase]]:
    # A sentence that one language lacks would be advice that half of the readers do not get.
    bases = [[(s.evidence, s.rules) for s in text.statements] for text in passage.texts.values()]
    if any(base != bases[0] for base in bases):
        yield (
            "texts",
            Phrase("the languages must have the same statements, sources and rules in order"),
        )
