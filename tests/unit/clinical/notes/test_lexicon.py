"""The lexicons are checked when they are loaded."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from vigia_detect.clinical.notes import lexicon as module
from vigia_detect.clinical.notes.lexicon import lexicon
from vigia_detect.clinical.notes.phrases import PhraseBook
from vigia_detect.errors import ConfigurationError


@pytest.fixture
def altered(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    lexicon.cache_clear()
    yield monkeypatch
    lexicon.cache_clear()


def change(monkeypatch: pytest.MonkeyPatch, file: str, edit: "object") -> None:
    real = module._yaml

    def read(name: str) -> object:
        data = real(name)
        if name == file:
            edit(data)  # type: ignore[operator]
        return data

    monkeypatch.setattr(module, "_yaml", read)


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        ("concepts.yaml", lambda data: data[0]["affirmed"].update({"symptoms.fever": "yes"})),
        ("concepts.yaml", lambda data: data[0]["affirmed"].update({"symptoms.unheard_of": True})),
        ("concepts.yaml", lambda data: data[0].update(es=["<unheard_of> fiebre"])),
        ("concepts.yaml", lambda data: data[0].update(es=["~ fiebre"])),
        ("concepts.yaml", lambda data: data[0].update(surprise=1)),
        ("language_es.yaml", lambda data: data["cues"].update(surprise=["x"])),
        ("figures.yaml", lambda data: data["measures"][0].update(field="symptoms.chills")),
    ],
)
def test_a_broken_lexicon_is_refused(altered: pytest.MonkeyPatch, file: str, edit: object) -> None:
    change(altered, file, edit)
    with pytest.raises(ConfigurationError, match="note lexicon"):
        lexicon("es")


def test_a_phrase_needs_a_first_word() -> None:
    book: PhraseBook[str] = PhraseBook({})
    with pytest.raises(ValueError, match="must start with a word"):
        book.add(["fiebre? alta"], "x")


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_concept_has_phrases_in_the_language_or_is_only_of_the_other(lang: str) -> None:
    raw = module._yaml("concepts.yaml")
    assert all(one.get("es") or one.get("en") for one in raw)
    with_values = [one for one in raw if one.get("affirmed") or one.get("negated")]
    missing = [one["id"] for one in with_values if not one.get(lang)]
    assert missing in ([], ["erythema_still"])


def test_a_field_accepts_only_its_own_kind_of_value() -> None:
    fields = lexicon("es").fields
    assert fields["vitals.temp_c"].accepts(38.5)
    assert not fields["vitals.temp_c"].accepts(99)
    assert not fields["vitals.temp_c"].accepts(value=True)
    assert not fields["symptoms.chills"].accepts("true")
    assert not fields["lesions[].odour"].accepts("sweet")
    with pytest.raises(ValidationError):
        module.Concept(id="x", es="fiebre")  # type: ignore[arg-type]
