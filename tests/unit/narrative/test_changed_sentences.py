"""A true sentence that was changed is dropped; one that was put in other words is kept."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from changed_sentences import changed

from vigia_detect.clinical.narrative.checking import Cited, Source, check
from vigia_detect.clinical.protocols import Library, load_library
from vigia_detect.domain.search import LANGUAGES

FOLDER = Path(__file__).parents[2] / "data" / "narrative"
FAITHFUL, TRAPS = FOLDER / "faithful.jsonl", FOLDER / "traps.jsonl"
KEPT = 0.9


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def statements(library: Library, lang: str) -> Iterator[Source]:
    for passage in library:
        text = passage.texts["es" if lang == "es" else "en"]
        for place, statement in enumerate(text.statements):
            yield Source(f"{passage.head.id}.{place}", statement.text, text.title)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_changed_sentence_is_kept(library: Library, lang: str) -> None:
    counts: Counter[str] = Counter()
    for source in statements(library, lang):
        for kind, text in changed(source.text, lang):
            counts[kind] += 1

            assert not check([Cited(text, (source.id,))], {source.id: source}, lang).kept, kind

    assert counts.total() > 1000
    assert min(counts.values()) >= 8, counts


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_kept_under_the_citation_of_another(library: Library, lang: str) -> None:
    sources = {source.id: source for source in statements(library, lang)}
    ids = list(sources)
    for step in (1, 7, 31):
        for place, source in enumerate(sources.values()):
            other = ids[(place + step) % len(ids)]

            assert not check([Cited(source.text, (other,))], sources, lang).kept, other


def test_most_faithful_sentences_are_kept(library: Library) -> None:
    lines = [json.loads(line) for line in FAITHFUL.read_text(encoding="utf-8").splitlines()]
    kept = 0
    for line in lines:
        text = library[line["passage"]].texts[line["lang"]]
        source = Source("s", text.statements[line["statement"]].text, text.title)
        kept += bool(check([Cited(line["text"], ("s",))], {"s": source}, line["lang"]).kept)

    assert len(lines) >= 60
    assert kept / len(lines) >= KEPT


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_in_all_passages_supports_a_trap(library: Library, lang: str) -> None:
    """Words of the passages, put together wrongly; each cites everything that there is."""
    sources = {source.id: source for source in statements(library, lang)}
    lines = [json.loads(line) for line in TRAPS.read_text(encoding="utf-8").splitlines()]
    said = [Cited(line["text"], tuple(sources)) for line in lines if line["lang"] == lang]

    assert len(said) >= 30
    assert check(said, sources, lang).kept == ()
