"""Where a statement comes from, and whether anybody has read it there (facts.md 0.1)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vigia_detect.clinical.data_file import DataModel
from vigia_detect.phrase import Phrase

Tag = Literal["D", "X", "C", "GK", "POL"]


class Text(DataModel):
    """A text in the languages of the product."""

    es: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Evidence(DataModel):
    """Source of a statement.

    Attributes:
        source: id of the source registry and page, for example `MINSAL23 p.31`.
        tag: D read in full, X excerpt, C public code, GK general knowledge, POL project policy.
        verified: False must be shown as "por verificar"; None for a policy, which nobody can
            verify and the hospital must set.
        grade: the grade that the source itself gives; never made up.
        edition: edition of the guideline when the source has several.
    """

    source: str = Field(min_length=1)
    tag: Tag
    verified: bool | None
    grade: str = "ungraded"
    edition: str | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        expected = {"GK": False, "POL": None}.get(self.tag, True)
        if self.verified is not expected:
            raise ValueError(
                Phrase("tag {tag} needs verified: {expected}", tag=self.tag, expected=expected)
            )
        return self

    def cite(self) -> str:
        """Return the source as a reader sees it; never a grade that the source does not give."""
        mark = {False: ", **por verificar**", None: ", policy"}.get(self.verified, "")
        edition = f", {self.edition}" if self.edition else ""
        grade = "" if self.grade == "ungraded" else f", grade {self.grade}"
        return f"{self.source}{edition}{grade} [{self.tag}]{mark}"
