"""A second net under the allow-list of the log: what looks like a patient's data is masked.

It finds numbers by their form and check digit, not names: a name has no form. So it does not
make free text safe to log; the allow-list does (decision record 10), and this catches a slip.
"""

import re
import traceback
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from vigia_detect.domain.personal_ids import is_dni, is_rut

# What must stay whole: our own ids and times. They are looked at first, so that no part of one
# is taken for a number of somebody's.
KEPT = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
)
GAP = r"[ .\-/()]{0,2}"
LABELS = (
    r"ficha(?:\s+cl[ií]nica)?|historia(?:\s+cl[ií]nica)?|h\.?\s?c\.?l?\.?|nhc|mrn|cip|nuhsa"
    r"|expediente|epis(?:odio|ode)|medical\s+record|record|patient(?:\s+(?:id|code|no))?|paciente"
)
FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "email": re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"),
        # in full dress a slip of one digit still names somebody: no check digit is asked for
        "rut": re.compile(r"(?<!\d)\d{1,2}\.\d{3}\.\d{3}\s?[-\u2010-\u2015]\s?[\dkK](?![\w])"),
        "rut_plain": re.compile(r"(?<!\d)(\d{7,8})\s?[-\u2010-\u2015]?\s?([\dkK])(?!\w)"),
        "dni": re.compile(
            r"(?<!\d)(\d{2}\.?\d{3}\.?\d{3}|[XYZxyz][ -]?\d{7})[ -]?([A-Za-z])(?!\w)"
        ),
        "record": re.compile(
            rf"(?<!\w)(?:{LABELS})\s*(?:n[º°o.]{{0,2}}|#|:|=|id|code)*\s*[:#=]?\s*"
            r"(?=[\w-]*\d)[\w][\w./-]*",
            re.IGNORECASE,
        ),
        # +56 9 8765 4321, +34 612 345 678, (02) 2345 6789, 987654321, 612345678
        "phone": re.compile(
            rf"(?<![\d.])(?:\+|00)\d(?:{GAP}\d){{7,14}}(?!\w)"
            rf"|(?<![\d.+-])\(?0?2\)?{GAP}\d{{4}}{GAP}\d{{4}}(?!\w)"
            rf"|(?<![\d.+-])[6-9](?:{GAP}\d){{8}}(?![\w-])"
        ),
    }
)
CHECKS: Mapping[str, Callable[[re.Match[str]], bool]] = MappingProxyType(
    {
        "rut_plain": lambda found: is_rut(found[1], found[2]),
        "dni": lambda found: is_dni(re.sub(r"\W", "", found[0])),
    }
)


def mask(text: str) -> str:
    """Return the text with what looks like a patient's data replaced by its kind in brackets.

    Case ids and ISO times stay. Masking twice is the same as once.
    """
    text = _plain_digits(text)
    parts, end = [], 0
    for kept in KEPT.finditer(text):
        parts += [_mask_part(text[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*parts, _mask_part(text[end:])])


def masked_traceback(error: BaseException) -> str:
    """Return an exception with its traceback, causes and notes, as Python prints it, masked."""
    return mask("".join(traceback.format_exception(error)))


def _mask_part(text: str) -> str:
    for kind, form in FORMS.items():
        text = form.sub(partial(_masked, kind), text)
    return text


def _masked(kind: str, found: re.Match[str]) -> str:
    if kind in CHECKS and not CHECKS[kind](found):
        return found[0]
    return f"[{kind.partition('_')[0]}]"


def _plain_digits(text: str) -> str:
    """Write digits of other scripts, such as full-width ones, as 0-9: they are as readable."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text
    )
