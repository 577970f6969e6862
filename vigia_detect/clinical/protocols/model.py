"""Typed form of a protocol passage: front matter, and statements that name their source."""

from datetime import date
from functools import cache
from typing import Literal, get_args

from pydantic import Field, field_validator

from vigia_detect.clinical.data_file import DATA, DataModel, read_data
from vigia_detect.clinical.data_model import ClassesFile
from vigia_detect.clinical.evidence import Evidence
from vigia_detect.phrase import Phrase

Lang = Literal["es", "en"]
Topic = Literal[
    "prevention",
    "risk",
    "skin_check",
    "repositioning",
    "surface",
    "heel",
    "prone",
    "moisture",
    "device",
    "nutrition",
    "pain",
    "infection",
    "sepsis",
    "emergency",
    "classification",
    "differential",
    "wound_care",
    "surgery",
    "palliative",
    "escalation",
    "operating_room",
    "documentation",
    "photograph",
    "follow_up",
    "education",
]
Population = Literal[
    "adult",
    "child",
    "neonate",
    "surgical",
    "intensive_care",
    "end_of_life",
    "spinal_cord_injury",
    "diabetes",
]
POPULATIONS: tuple[str, ...] = get_args(Population)


class FrontMatter(DataModel):
    """The head of a passage.

    Attributes:
        source: ids of all sources that its statements name.
        grade: what the sources give; `ungraded` when they give none, `unverified` when there is
            one that nobody here has read in the source.
        verified: whether every statement was read in its source (policies aside).
        review: the day by which somebody reads it again.
        classes: classes of pressure injury that it is about; none means all.
        populations: people that it is about; none means everybody.
        asked: how people ask for it, by language: words for search that are never shown.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    version: str = Field(min_length=1)
    source: tuple[str, ...] = Field(min_length=1)
    grade: str = Field(min_length=1)
    verified: bool
    review: date
    classes: tuple[str, ...] = ()
    populations: tuple[Population, ...] = ()
    topics: tuple[Topic, ...] = Field(min_length=1)
    asked: dict[Lang, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("classes")
    @classmethod
    def _known(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(classes) - set(class_names()))
        if unknown:
            raise ValueError(
                Phrase(
                    "unknown {unknown}; known: {known}",
                    unknown=", ".join(unknown),
                    known=", ".join(class_names()),
                )
            )
        return classes


class Statement(DataModel):
    """One sentence and what it rests on.

    Attributes:
        evidence: at least one source.
        rules: rules or sections of `docs/clinical/facts.md`; a hospital's may have none.
    """

    text: str = Field(min_length=1)
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    rules: tuple[str, ...] = ()

    @property
    def to_be_verified(self) -> bool:
        """Whether any of its sources is only generally known; doubt marks the whole sentence."""
        return any(one.verified is False for one in self.evidence)

    @property
    def policy(self) -> bool:
        """Whether part of it is a policy that the hospital must set."""
        return any(one.tag == "POL" for one in self.evidence)


class PassageText(DataModel):
    """A passage in one language."""

    title: str = Field(min_length=1)
    statements: tuple[Statement, ...] = Field(min_length=1)


class Passage(DataModel):
    """A passage in one or more languages.

    Attributes:
        own: whether it is the hospital's own.
    """

    head: FrontMatter
    texts: dict[Lang, PassageText] = Field(min_length=1)
    own: bool = False

    def text(self, lang: Lang) -> PassageText:
        """Return it in a language, or in the only one that it has."""
        return self.texts.get(lang) or next(iter(self.texts.values()))


@cache
def class_names() -> tuple[str, ...]:
    """Return the codes of all classes, as `classes.yaml` names them."""
    return tuple(read_data(DATA / "classes.yaml", ClassesFile).classes)
