"""What one observer says of the pictured lesion, in a form in which two can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from vigia_detect.clinical.narrative.case_words import Both, template, value_word

ANYTHING = "*"


class Origin(StrEnum):
    """Who says something.

    Attributes:
        RECORDED: people, in fields.
        NOTE: people, in words.
        MEASURED: Vigia's own look at the picture.
        DESCRIBED: a language model that saw only the picture.
        RULES: the assessment.
    """

    RECORDED = "recorded"
    NOTE = "note"
    MEASURED = "measured"
    DESCRIBED = "described"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Span:
    """A share of the wound's area, in percent, between two bounds."""

    low: float
    high: float

    def apart(self, other: "Span") -> float:
        """Return how far the two are apart at least; 0 when both can be true."""
        return max(self.low - other.high, other.low - self.high, 0.0)

    @property
    def may_be_none(self) -> bool:
        """Whether its words would begin with zero, which a trace of tissue must not become."""
        return round(self.low) == 0

    def words(self, lang: str) -> str:
        """Return it in words."""
        if self.low > 0 and round(self.high) == 0:
            return template("trace", lang)
        low, high = value_word(round(self.low), lang), value_word(round(self.high), lang)
        return template("exactly" if low == high else "percent", lang, low=low, high=high)


@dataclass(frozen=True, slots=True)
class View:
    """What one observer says; what is not in it is unknown to them, never absent.

    Attributes:
        shares: by tissue: granulation, slough, eschar, epithelial (with dermis), purple.
        codes: by field: a code of the case format, or yes or no.
        sizes: by field, in centimetres.
        structures: deep structures that are there; None when they do not say.
        whole: whether `structures` is all that there is.
        says: by compared field, what was really said where the value only follows from it, in
            Spanish and English; under `ANYTHING`, whatever is compared.
    """

    origin: Origin
    shares: Mapping[str, Span] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, float] = field(default_factory=dict)
    structures: tuple[str, ...] | None = None
    whole: bool = False
    says: Mapping[str, Both] = field(default_factory=dict)
