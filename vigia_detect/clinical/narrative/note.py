"""A nurse's note as data for a model: what may point to a person is masked, sentences numbered.

The log's net finds numbers by their form. Here dates and names with a title are masked too. A bare
name has no form and passes: the note goes only to the hospital's own server, and only when two
findings are compared.
"""

import json
import re
from typing import Final

from vigia_detect.security.masking import mask

MOST_LETTERS: Final = 4000
MOST_SENTENCES: Final = 40
_MONTHS = "ene|feb|mar|abr|may|jun|jul|ago|sep|set|oct|nov|dic|jan|apr|aug|dec"
_DATES: Final = re.compile(
    r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s*(?:de|of)?\s*(?:{_MONTHS})\w*\.?(?:\s*(?:de|del|of)?,?\s*\d{{4}})?\b"
    rf"|\b(?:{_MONTHS})[a-z]*\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b"
    r"|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_LONG_NUMBERS: Final = re.compile(r"\b\d{6,}\b")
_TITLED: Final = re.compile(
    r"\b((?i:sra?|srta|don|doña|d[oñ]a|dra?|mrs?|ms|miss|paciente|patient|nombre|name|se llama)\b"
    r"[.:]?\s+)(?:[A-ZÁÉÍÓÚÜÑ][\w'-]+\s*(?:(?:de|del|la|los)\s+)*){1,4}"
)
_ENDS: Final = re.compile(r"(?<=[^.!?;\s]{4}[.!?;])\s+|\n+")  # not after "Dr."


def sentences(note: str, *, hidden: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the note's sentences, masked.

    Args:
        note: as it was written.
        hidden: what must not stand in it, such as the patient's code.
    """
    masked = masked_note(note, hidden)[:MOST_LETTERS]  # a number cut in two would pass
    parts = (part.strip() for part in _ENDS.split(masked))
    return tuple(part for part in parts if part)[:MOST_SENTENCES]


def masked_note(note: str, hidden: tuple[str, ...] = ()) -> str:
    """Return the note with what may point to a person replaced by its kind in brackets."""
    for text in sorted(filter(None, hidden), key=len, reverse=True):
        note = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", "[id]", note, flags=re.IGNORECASE)
    masked = _DATES.sub("[date]", mask(note))
    masked = _LONG_NUMBERS.sub("[number]", masked)
    return _TITLED.sub(r"\1[name] ", masked)


def numbered(parts: tuple[str, ...], start: int) -> str:
    """Return numbered lines; each is a JSON string, so that none can end its quotes."""
    if not parts:
        return "-"
    return "\n".join(
        f"{number}. {json.dumps(part, ensure_ascii=False)}"
        for number, part in enumerate(parts, start)
    )
