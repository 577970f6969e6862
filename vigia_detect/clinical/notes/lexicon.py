"""The lexicons of the note reader: YAML in ``data/``, checked when loaded, one per language."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vigia_detect.clinical.notes.finding import NOTE_ONLY, Lang, Value
from vigia_detect.clinical.notes.phrases import PhraseBook
from vigia_detect.clinical.notes.spelling import Speller
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cue(StrEnum):
    """What a word of context does to the findings around it (the YAML says where)."""

    NEGATE = "negate"
    DENY = "deny"
    NEGATE_AFTER = "negate_after"
    AFFIRM_AFTER = "affirm_after"
    NEUTRAL = "neutral"
    SHIELD = "shield"
    HISTORY = "history"
    FAR = "far"
    PREVIOUS = "previous"
    PAST = "past"
    NOW = "now"
    EARLIER = "earlier"
    RECENT = "recent"
    RESOLVED = "resolved"
    STOPPED = "stopped"
    OTHER_PERSON = "other_person"
    OF_OTHER = "of_other"
    FAMILY = "family"
    CONDITIONAL = "conditional"
    IF = "if"
    PLAN = "plan"
    TEACH = "teach"
    INSTRUCTION = "instruction"
    BUT = "but"
    CAUSE = "cause"
    AFFIRM = "affirm"
    WITH = "with"
    PATIENT = "patient"
    WOUND = "wound"
    ELSEWHERE = "elsewhere"
    NEW = "new"
    NEW_WEAK = "new_weak"
    USUAL = "usual"
    DOSE_NEW = "dose_new"
    DOSE_SAME = "dose_same"


class FieldRule(_Model):
    """What a field of the case format accepts: codes, a closed range, or yes and no."""

    codes: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    whole: bool = False

    def accepts(self, value: Value) -> bool:
        """Whether the value is one that this field may have."""
        if self.range is not None:
            low, high = self.range
            return not isinstance(value, bool | str) and low <= value <= high
        return value in self.codes if self.codes else isinstance(value, bool)


class Concept(_Model):
    """One thing that a note can say.

    Attributes:
        affirmed: fields and values when it is said to be there.
        negated: fields and values when it is said not to be there.
        state: it says how the person is now, so a list of past or denied things ends before it.
        chronic: it stays true when told as history.
        disease: though it is found at a wound it has a name that lists of old illnesses use.
        not_near: word class whose words in the same item mean that something else is spoken of.
        novelty: whether words of newness around it are read, and into which field.
        es: Spanish phrases.
        en: English phrases.
    """

    id: str
    affirmed: dict[str, Value] = Field(default_factory=dict)
    negated: dict[str, Value] = Field(default_factory=dict)
    state: bool = False
    chronic: bool = False
    disease: bool = False
    not_near: str | None = None
    novelty: Literal["vitals.mental_state_new", "supports.vasopressor_new"] | None = None
    es: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    @property
    def of_lesion(self) -> bool:
        """Whether it describes a wound."""
        return any(path.startswith("lesions[]") for path in (*self.affirmed, *self.negated))


class Unit(_Model):
    """A unit that a figure can have: ``value * factor + offset`` is in the field's own unit."""

    spelled: tuple[str, ...]
    factor: float = 1.0
    offset: float = 0.0


class Implied(_Model):
    """A unit that goes without saying in one language, in a range no other unit can have."""

    lang: Lang
    unit: str
    range: tuple[float, float]


class Measure(_Model):
    """A figure with a label.

    Attributes:
        field: where it goes; its range is the field's.
        labels: by language; plain words, or a regular expression after ``re:``.
        bare: whether a figure without a unit is read, and in which range.
        units: those it can have; a figure with another one is not read.
        danger: the side on which "more than"/"less than" a figure may be read as the figure.
        decimals: rounding after conversion.
        implied: a unit that goes without saying.
        trailing: labels that stand after the figure and its unit.
        near: words of which one must stand close by.
        unlabelled: regular expression of unit forms that need no label, with the range read.
    """

    field: str
    labels: dict[Lang, tuple[str, ...]]
    bare: tuple[float, float] | None = None
    units: dict[str, Unit]
    danger: Literal["high", "low", "both"]
    decimals: int = 1
    implied: tuple[Implied, ...] = ()
    trailing: dict[Lang, tuple[str, ...]] = Field(default_factory=dict)
    near: dict[Lang, tuple[str, ...]] = Field(default_factory=dict)
    not_after: dict[Lang, tuple[str, ...]] = Field(default_factory=dict)
    unlabelled: tuple[str, ...] = ()
    unlabelled_range: tuple[float, float] | None = None


class Spelling(_Model):
    """Words to correct to, words to leave alone, and single slips."""

    words: tuple[str, ...]
    known: tuple[str, ...] = ()
    slips: dict[str, str] = Field(default_factory=dict)


class Language(_Model):
    """The cues and spelling of one language."""

    classes: dict[str, tuple[str, ...]]
    cues: dict[Cue, tuple[str, ...]]
    spelling: Spelling


class Pressure(_Model):
    """How a pressure pair is introduced: by its label, in a row of signs, as usual, as today's."""

    labels: tuple[str, ...]
    rows: tuple[str, ...]
    usual: tuple[str, ...]
    now: tuple[str, ...]


class Figures(_Model):
    """All measures, the words between label and figure, and units that belong to none."""

    fillers: tuple[str, ...]
    foreign_units: tuple[str, ...]
    more: tuple[str, ...]
    less: tuple[str, ...]
    pressure: dict[Lang, Pressure]
    measures: tuple[Measure, ...]


class _Data(_Model):
    fields: dict[str, FieldRule]
    concepts: tuple[Concept, ...]
    figures: Figures
    language: Language

    @model_validator(mode="after")
    def _known_fields_and_values(self) -> "_Data":
        for concept in self.concepts:
            for path, value in (*concept.affirmed.items(), *concept.negated.items()):
                rule = FieldRule() if path in NOTE_ONLY else self.fields.get(path)
                if rule is None or not rule.accepts(value):
                    raise ValueError(
                        Phrase(
                            "concept {concept}: {path} cannot be {value!r}",
                            concept=concept.id,
                            path=path,
                            value=value,
                        )
                    )
            if concept.not_near and concept.not_near not in self.language.classes:
                raise ValueError(
                    Phrase(
                        "concept {concept}: no word class {word_class}",
                        concept=concept.id,
                        word_class=concept.not_near,
                    )
                )
        for measure in self.figures.measures:
            if self.fields[measure.field].range is None:
                raise ValueError(Phrase("measure {field} is not a number", field=measure.field))
        return self


@dataclass(frozen=True)
class Lexicon:
    """Everything the reader knows in one language."""

    lang: Lang
    fields: Mapping[str, FieldRule]
    concepts: PhraseBook[Concept]
    cues: PhraseBook[Cue]
    classes: Mapping[str, tuple[str, ...]]
    figures: Figures
    correct: Speller


@cache
def lexicon(lang: Lang) -> Lexicon:
    """Load and check the lexicon of a language, once.

    Raises:
        ConfigurationError: a file is not valid; the text names the place.
    """
    try:
        data = _Data(
            fields=_yaml("fields.yaml"),
            concepts=_yaml("concepts.yaml"),
            figures=_yaml("figures.yaml"),
            language=_yaml(f"language_{lang}.yaml"),
        )
        concepts: PhraseBook[Concept] = PhraseBook(data.language.classes)
        for concept in data.concepts:
            concepts.add(concept.es if lang == "es" else concept.en, concept)
        cues: PhraseBook[Cue] = PhraseBook(data.language.classes)
        for cue, phrases in data.language.cues.items():
            cues.add(phrases, cue)
    except (ValidationError, ValueError, yaml.YAMLError) as error:
        raise ConfigurationError(
            "the note lexicon ({lang}) is not valid: {why}", lang=lang, why=Phrase.of(error)
        ) from error
    spelling = data.language.spelling
    correct = Speller(
        spelling.words,
        {*spelling.known, *concepts.words(), *cues.words()},
        spelling.slips,
        by_sound=lang == "es",
    )
    return Lexicon(lang, data.fields, concepts, cues, data.language.classes, data.figures, correct)


def _yaml(name: str) -> Any:
    text = resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    # The C loader reads the same safe subset about ten times faster; wheels of PyYAML have it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 (both are safe loaders)
