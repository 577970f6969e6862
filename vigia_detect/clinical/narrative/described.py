"""A model's description of a picture in words."""

from pydantic import ValidationError

from vigia_detect.clinical.narrative.findings import of_description
from vigia_detect.clinical.narrative.forms import Description
from vigia_detect.domain.case import JsonObject


def described_words(description: JsonObject, lang: str) -> tuple[str, ...]:
    """Return what a stored description says, "field: value" each; what it cannot tell is left out.

    A description of another version says nothing here: its codes may have had another meaning.
    """
    try:
        seen = Description.model_validate(description)
    except ValidationError:
        return ()
    return tuple(one.text(lang) for one in of_description(seen))
