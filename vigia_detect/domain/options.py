"""Processing options: what a caller may ask of the pipeline."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from vigia_detect.errors import InvalidOptionError

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
                near = difflib.get_close_matches(str(name), NAMES, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(NAMES)}"
                raise InvalidOptionError(f"{name}: unknown processing option ({hint})")
        _check("lang", values["lang"], LANGUAGES)
        _check("priority", values.get("priority", "routine"), PRIORITIES)
        key = values.get("idempotency_key")
        if key is not None and not (isinstance(key, str) and 0 < len(key) <= KEY_LENGTH):
            raise InvalidOptionError(f"idempotency_key: must be a text of 1 to {KEY_LENGTH}")
        return cls(str(values["lang"]), str(values.get("priority", "routine")), key)


def _check(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidOptionError(f"{name}: must be one of {', '.join(allowed)}")
