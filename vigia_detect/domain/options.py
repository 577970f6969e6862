"""Processing options: what a caller may ask of the pipeline."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from vigia_detect.errors import InvalidOptionError
from vigia_detect.phrase import Phrase

LANGUAGES = ("es", "en")
PRIORITIES = ("routine", "emergency")
NAMES = ("lang", "priority", "idempotency_key")
KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Options:
    """Options of one submission.

    Attributes:
        lang: language of the notes and of the result's texts.
        priority: `emergency` when a person says so; it can raise a case, nothing can lower it.
        idempotency_key: the caller's name for this submission; the same key is the same case.
    """

    lang: str = "es"
    priority: str = "routine"
    idempotency_key: str | None = None

    @classmethod
    def parse(cls, given: Mapping[str, object] | None, *, lang: str = "es") -> Self:
        """Read options from a mapping.

        Raises:
            InvalidOptionError: an unknown name (with the nearest right one) or a wrong value.
        """
        values = {"lang": lang, **(given or {})}
        for name in values:
            if name not in NAMES:
                hint = _hint(str(name))
                raise InvalidOptionError(
                    "{name}: unknown processing option ({hint})", name=name, hint=hint
                )
        _check("lang", values["lang"], LANGUAGES)
        _check("priority", values.get("priority", "routine"), PRIORITIES)
        key = values.get("idempotency_key")
        if key is not None and not (isinstance(key, str) and 0 < len(key) <= KEY_LENGTH):
            raise InvalidOptionError(
                "idempotency_key: must be a text of 1 to {most}", most=KEY_LENGTH
            )
        return cls(str(values["lang"]), str(values.get("priority", "routine")), key)


def _hint(name: str) -> Phrase:
    near = difflib.get_close_matches(name, NAMES, n=1)
    if near:
        return Phrase("did you mean {name}?", name=near[0])
    return Phrase("known: {known}", known=", ".join(NAMES))


def _check(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidOptionError(
            "{name}: must be one of {allowed}", name=name, allowed=", ".join(allowed)
        )
