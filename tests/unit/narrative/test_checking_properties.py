"""Whatever a model writes, what is kept holds nothing that its sources do not."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.clinical.narrative.checking import Checked, Cited, Source, check
from vigia_detect.clinical.narrative.lists import drugs
from vigia_detect.clinical.narrative.reading import segments
from vigia_detect.clinical.protocols import load_library
from vigia_detect.domain.search import LANGUAGES

SOURCES = {
    lang: {
        f"{passage.head.id}.{place}": Source(f"{passage.head.id}.{place}", each.text, text.title)
        for passage in load_library()
        for language, text in passage.texts.items()
        if language == lang
        for place, each in enumerate(text.statements)
    }
    for lang in LANGUAGES
}
WORDS = sorted({word for each in SOURCES["es"].values() for word in each.text.split()})
LOOSE = st.sampled_from(
    [
        "no",
        "sin",
        "12",
        "3,5 mg",
        "nunca",
        "izquierdo",
        "categoría IV",
        "\n",
        ";",
        "≥",
        "0001",
        "1.500",
    ]
)
WORD = st.one_of(st.sampled_from(WORDS), st.sampled_from(sorted(drugs().names)), LOOSE, st.text())
CITES = st.lists(st.one_of(st.sampled_from(sorted(SOURCES["es"])), st.text(max_size=5)), max_size=3)


@st.composite
def sentences(draw: st.DrawFn) -> Cited:
    true = draw(st.sampled_from(list(SOURCES["es"].values())))
    words = true.text.split() if draw(st.booleans()) else []
    for word in draw(st.lists(WORD, max_size=6)):
        words.insert(draw(st.integers(0, len(words))), word)
    cites = (true.id, *draw(CITES)) if draw(st.booleans()) else tuple(draw(CITES))
    return Cited(" ".join(words), cites)


def grave(text: str, lang: str) -> set[str]:
    """Return the numbers, drugs and classes of a text as they are compared."""
    tokens = chain.from_iterable(segments(text, lang))
    return {token.stem for token in tokens if token.kind in {"quantity", "drug", "class"}}


@given(st.lists(sentences(), max_size=4))
def test_what_is_kept_is_cited_and_its_numbers_drugs_and_classes_are_in_the_source(
    written: list[Cited],
) -> None:
    result = check(written, SOURCES["es"], "es")

    assert len(result.kept) + len(result.dropped) == len(written)
    for sentence in result.kept:
        assert sentence.cites
        assert set(sentence.cites) <= SOURCES["es"].keys()
        cited = " . ".join(f"{SOURCES['es'][one].text}" for one in sentence.cites)
        titles = " . ".join(SOURCES["es"][one].about for one in sentence.cites)
        known = grave(cited, "es") | {one for one in grave(titles, "es") if one.startswith("class")}
        assert grave(sentence.text, "es") <= known


@given(st.text(), st.sampled_from(LANGUAGES), st.text())
def test_no_text_raises(text: str, lang: str, source: str) -> None:
    result = check([Cited(text, ("s",))], {"s": Source("s", source, source)}, lang)

    assert isinstance(result, Checked)


@given(st.sampled_from(LANGUAGES), st.text(alphabet="0123456789.,- aho<>≥%½²", max_size=30))
def test_no_number_raises(lang: str, text: str) -> None:
    assert check([Cited(text, ("s",))], {"s": Source("s", text)}, lang)
