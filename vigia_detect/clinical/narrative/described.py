"""A model's description of a picture in words."""

from pydantic import ValidationError

from vigia_detect.clinical.narrative.findings import of_description
from vigia_detect.clinical.narrative.forms import Description
from vigia_detect.domain.case import JsonObject


def described_words(description: JsonObject, lang: str) -> tuple[str, ...] | None:
    """Return what a stored description says, "field: value" each; what it cannot tell is left out.

    None for a description of another version: its codes may have had another meaning.
    """
    try:
        seen = Description.model_validate(description)
    except ValidationError:
        return None
    return tuple(one.text(lang) for one in of_description(seen))
