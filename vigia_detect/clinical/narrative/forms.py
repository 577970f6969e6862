"""The forms that a model fills in: codes and whole numbers, and text only where it is cited.

Each field has a way to say that the picture does not tell; a form has no place for a class.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vigia_detect.clinical.inputs import codes

NotTold = Literal["cannot_tell"]
CANNOT_TELL = "cannot_tell"
YesNo = Literal["yes", "no", "cannot_tell"]
Band = Literal["none", "below_25", "from_25", "from_50", "from_75", "cannot_tell"]
"""Share of the wound's area, in percent: a model's estimate is no finer (engineering choice)."""
Problem = Literal["blur", "dark", "no_wound", "dressing_on", "several_wounds", "face",
                  "other_person", "no_scale"]  # fmt: skip
Kind = Literal["presence", "amount", "kind", "side", "place", "time", "class"]
MOST_PAIRS = 8
MOST_SENTENCES = 10
MOST_LETTERS = 300


class Form(BaseModel):
    """A form: nothing else may be written in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


LEAST = {"from_25": 25, "from_50": 50, "from_75": 75}
WHOLE = 100


class TissueBands(Form):
    """How much of the wound bed each tissue takes. Raises ValueError when that is more than all."""

    granulation: Band
    slough: Band
    eschar: Band
    epithelial: Band
    dermis: Band
    purple: Band

    @model_validator(mode="after")
    def _fit_in_the_bed(self) -> Self:
        bands = (self.granulation, self.slough, self.eschar, self.epithelial, self.dermis)
        if sum(LEAST.get(band, 0) for band in bands) > WHOLE:  # purple may lie under any of them
            raise ValueError("the tissues take more than the whole bed")
        return self


class Description(Form):
    """What a picture shows, by somebody who knows nothing else of the case.

    Attributes:
        wound: whether any lesion is seen.
        colour: of the lesion, where its skin is not open.
        structures: those that are seen; one that is not listed may be there all the same.
        device, hair, dressing: whether one is in the picture.
        problems: what makes the picture hard to read.
    """

    wound: YesNo
    skin_intact: YesNo
    bed: TissueBands
    colour: Literal[codes.Colour, NotTold]
    blister: Literal[codes.Blister, NotTold]
    edges: Literal[codes.Edges, NotTold]
    exudate_amount: Literal[codes.ExudateAmount, NotTold]
    exudate_type: Literal[codes.ExudateType, NotTold]
    bleeding: YesNo
    periwound_erythema: YesNo
    macerated: YesNo
    cavity: YesNo
    structures: Annotated[list[codes.Structure], Field(max_length=9)]
    device: YesNo
    hair: YesNo
    dressing: YesNo
    problems: Annotated[list[Problem], Field(max_length=8)]


class Pair(Form):
    """Two supplied findings that do not agree, by their numbers."""

    first: int
    second: int
    kind: Kind


class Pairs(Form):
    """The pairs that do not agree; often there is none."""

    pairs: Annotated[list[Pair], Field(max_length=MOST_PAIRS)]


class Sentence(Form):
    """A sentence and the ids of what it rests on."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_LETTERS)]
    cites: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=4)]


class Summary(Form):
    """The summary, one sentence a row."""

    sentences: Annotated[list[Sentence], Field(max_length=MOST_SENTENCES)]
