"""What a model might write about one passage: whole sentences, true and false, written by hand.

The false ones exchange agents, ends, conditions, units, bounds, comparatives and members of lists.
They were written by somebody else than the checks' author; the first 284 before the checks that
now drop 13 of them, the last 66 after those, of which 9 were kept then and 2 are now.
"""

import json
from pathlib import Path

import pytest

from vigia_detect.clinical.narrative.checking import Cited, Source, check
from vigia_detect.clinical.protocols import Library, load_library
from vigia_detect.clinical.protocols.model import Lang
from vigia_detect.domain.search import LANGUAGES
from vigia_detect.stages.librarian import statements

DATA = Path(__file__).parents[2] / "data" / "narrative"
MOST_CITED = 4
# a universal cut short whose missing words stand elsewhere in it: see decision 0053
KNOWN = {
    "Toda úlcera del pie va al equipo de pie diabético.",
    "Any ulcer in a person with diabetes goes to the diabetic-foot team.",
}
LEAST_KEPT = 0.65


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def kept(library: Library, name: str, lang: Lang) -> tuple[int, set[str]]:
    lines = [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]
    ours = [line for line in lines if line["lang"] == lang]
    found: set[str] = set()
    for line in ours:
        sources = statements(library, (line["passage"],), lang)
        said = Cited(line["text"], tuple(sources)[:MOST_CITED])
        found |= {one.text for one in check([said], sources, lang).kept}
    return len(ours), found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_passage_does_not_say_is_not_shown(library: Library, lang: Lang) -> None:
    count, found = kept(library, "falsehoods.jsonl", lang)

    assert count >= 150
    assert found <= KNOWN


@pytest.mark.parametrize("lang", LANGUAGES)
def test_most_of_what_it_says_in_other_words_is_shown(library: Library, lang: Lang) -> None:
    count, found = kept(library, "paraphrases.jsonl", lang)

    assert count >= 30
    assert len(found) >= LEAST_KEPT * count


@pytest.mark.parametrize(
    ("text", "source", "lang", "shown"),
    [
        ("Hay esfacelo en el 60 a 70 % del lecho.", "Esfacelo 60 a 70 % del lecho.", "es", True),
        ("Hay esfacelo en el 60 a 90 % del lecho.", "Esfacelo 60 a 70 % del lecho.", "es", False),
        ("Evalúe en 24 h.", "Evalúe cada 24 h.", "es", False),
        ("Alcohol should not be used on the skin.", "No alcohol on the skin.", "en", True),
        ("Alcohol should be used on the skin.", "No alcohol on the skin.", "en", False),
        ("Si no hay infección, limpie y cubra.", "Limpie y cubra si no hay infección.", "es", True),
        ("Si hay infección, limpie y cubra.", "Limpie y cubra si no hay infección.", "es", False),
        ("Gire antes de medir.", "Mida antes de girar.", "es", False),
        ("Any wound is measured.", "Wound at the heel is measured.", "en", False),
    ],
)
def test_what_was_kept_or_dropped_wrongly_once(
    text: str, source: str, lang: Lang, *, shown: bool
) -> None:
    result = check([Cited(text, ("s",))], {"s": Source("s", source)}, lang)

    assert bool(result.kept) == shown
