"""What a language model wrote about a case, for a person: marked as a machine's and unverified."""

from collections.abc import Iterator

from vigia_detect.cli.narrative_texts import narrative_word as word
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.json_values import object_or_empty
from vigia_detect.domain.narrative import Narrative

ITEM = "\n    "


def narrative_lines(told: JsonObject | str, lang: str) -> list[tuple[str, str]]:
    """Return a narrative, or why there is none, as lines: a label and a text each.

    Args:
        told: what `Narrative.to_json` gave, or the reason why there is no narrative.
        lang: es or en.

    Returns:
        plain words, part of them a model's: never to be read as markup.
    """
    title = word(lang, "title")
    if isinstance(told, str):
        return [(word(lang, "none"), word(lang, told))]
    narrative = Narrative.from_json(told)
    model = narrative.made_by.get("model", "?")
    return [(title, word(lang, "machine", model=model)), *_parts(narrative, lang)]


def _parts(narrative: Narrative, lang: str) -> Iterator[tuple[str, str]]:
    from vigia_detect.clinical.narrative.described import described_words

    if narrative.description is not None:
        seen = described_words(narrative.description, lang)
        unsaid = word(lang, "other_version" if seen is None else "nothing_seen")
        yield word(lang, "description"), "; ".join(seen or ()) or unsaid
    asked = [str(object_or_empty(one.get("question"))[lang]) for one in narrative.contradictions]
    yield from _list(word(lang, "contradictions"), asked)
    told = [f"{one.text} [{', '.join(one.cites)}]" for one in narrative.summary]
    yield from _list(word(lang, "summary"), told)
    cited = [f"[{name}] {text}" for name, text in narrative.sources.items()]
    yield from _list(word(lang, "sources"), cited)
    gone = [_gone(part, reason, lang) for part, reason in narrative.missing.items()]
    if narrative.dropped:
        gone.append(word(lang, "dropped", count=sum(narrative.dropped.values())))
    if gone:
        yield word(lang, "title"), "; ".join(gone)


def _list(label: str, items: list[str]) -> Iterator[tuple[str, str]]:
    if items:
        yield label, ITEM + ITEM.join(items)


def _gone(part: str, reason: str, lang: str) -> str:
    named = word(lang, f"part_{part}")
    return word(lang, "part", part=named, reason=word(lang, reason))
