"""How `photo_classes.yaml` must look."""

from functools import cache
from math import fsum
from typing import Annotated, Self, get_args

from pydantic import Field, model_validator

from vigia_detect.clinical.data_file import DATA, DataModel, read_data
from vigia_detect.clinical.evidence import Evidence
from vigia_detect.clinical.inputs.codes import CandidateClass, ImageProblem
from vigia_detect.clinical.inputs.lesion import Lesion
from vigia_detect.domain.findings import Tissue
from vigia_detect.phrase import Phrase

Share = Annotated[float, Field(ge=0, le=1)]
ROUNDING = 1e-9

UNKNOWN = "unknown"
RED_SKIN = "red_skin"
PURPLE_SKIN = "purple_skin"
ROWS = (*(tissue.value for tissue in Tissue), RED_SKIN, PURPLE_SKIN, UNKNOWN)


class Limit(DataModel):
    """A number and where it comes from."""

    value: Share
    evidence: Evidence


class Limits(DataModel):
    """The numbers of the model; the file says what each is for."""

    seen: Limit
    mass: Limit
    ceiling: Limit
    small_wound: Limit
    small_wound_doubt: Limit
    purple_beside_wound: Limit


class Row(DataModel):
    """What one finding says of the classes.

    Attributes:
        id: rows of facts.md A.2 that it follows.
        gives: probability by class, sum 1.
        never: classes that must not be concluded where this is seen.
        keep: classes that stay candidates where this is seen.
        differentials: other causes to think of; `speaks_against` those to leave out.
    """

    id: str
    gives: dict[CandidateClass, Share]
    never: tuple[CandidateClass, ...] = ()
    keep: tuple[CandidateClass, ...]
    differentials: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = Field((), alias="not")
    evidence: Evidence

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if abs(fsum(self.gives.values()) - 1) > ROUNDING:
            raise ValueError("gives: must sum to 1")
        if {*self.never} & {*self.gives, *self.keep}:
            raise ValueError("never: names a class that the row itself gives or keeps")
        if not {*self.keep} <= {*self.gives}:
            raise ValueError("keep: names a class that the row does not give")
        return self


class Question(DataModel):
    """What must be asked at the bedside, in both languages.

    Attributes:
        classes: while one of these is possible it is asked before the others.
        row: asked only where this is seen; always when None.
        asks: fields of the lesion that answer it.
    """

    classes: tuple[CandidateClass, ...] = Field((), alias="for")
    row: str | None = None
    asks: tuple[str, ...]
    es: str
    en: str


class PhotoModel(DataModel):
    """The whole file."""

    version: str
    limits: Limits
    doubt: dict[ImageProblem, Share]
    rows: dict[str, Row]
    questions: dict[str, Question]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if {*self.rows} != {*ROWS}:
            raise ValueError(Phrase("rows: must be {rows}", rows=", ".join(ROWS)))
        for name, row in self.rows.items():
            if max(row.gives.values()) > self.limits.ceiling.value:
                raise ValueError(Phrase("rows: {name} is surer than the ceiling", name=name))
        for name, question in self.questions.items():
            if not {*question.asks} <= {*Lesion.model_fields}:
                raise ValueError(
                    Phrase("questions: {name} asks for what is no field of a lesion", name=name)
                )
            if question.row not in {None, *ROWS}:
                raise ValueError(Phrase("questions: {name} names no row", name=name))
        return self


CLASSES: tuple[str, ...] = get_args(CandidateClass)


@cache
def load_photo_model() -> PhotoModel:
    """Return the shipped model. Raises ConfigurationError with file and line."""
    return read_data(DATA / "photo_classes.yaml", PhotoModel)
