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
FULL_WIDTH = 0xFEE0  # from ASCII to the wide signs of East Asian keyboards
MINUS = "\u2212"
END = r"(?![^\W_])"  # an underscore ends a number: files are named so
# Each repetition has an end: a text that is made to, or just happens to, must not hold us up.
LABELS = (
    r"ficha(?:\s{1,3}cl[ií]nica)?|hist(?:oria|\.)(?:\s{1,3}cl[ií]nica)?|h\.?\s?c\.?l?\.?"
    r"|nhc|mrn|cip|nuhsa|expediente|epis(?:odio|ode)|medical[\s_]{1,3}record|record|patient(?:[\s_-]{1,3}(?:id|code|no))?"
    r"|paciente"
)
FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "email": re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"),
        # in full dress a slip of one digit still names somebody: no check digit is asked for
        "rut": re.compile(rf"(?<!\d)\d{{1,2}}([., ])\d{{3}}\1\d{{3}}\s?-\s?[\dkK]{END}"),
        "rut_plain": re.compile(
            rf"(?<!\d)(\d{{1,2}}([., ]?)\d{{3}}\2\d{{3}})\s?-?\s?([\dkK]){END}"
        ),
        "dni": re.compile(
            rf"(?<!\d)(\d{{2}}[. ]?\d{{3}}[. ]?\d{{3}}|[XYZxyz][ -]?\d{{7}})[ -]?([A-Za-z]){END}"
        ),
        "record": re.compile(
            rf"(?<![^\W_])(?:{LABELS})[\"']?\s{{0,3}}"
            r"(?:(?:n(?:[º°o.]|ro|[uú]m)?\.?|#|:|=|id|code)\s{0,3}){0,3}[\"']?"
            r"(?=[\w-]{0,40}\d)[\w][\w./-]*",
            re.IGNORECASE,
        ),
        # +56 9 8765 4321, +34 612 345 678, (02) 2345 6789, 987654321, 612345678, 56987654321
        "phone": re.compile(
            rf"(?<![\d.])(?:\+|00)\d(?:{GAP}\d){{7,14}}(?!\w)"
            rf"|(?<![\d.+-])\(?0?2\)?{GAP}\d{{4}}{GAP}\d{{4}}(?!\w)"
            rf"|(?<![\d.+-])\(?(?:56|34)\)?{GAP}[6-9](?:{GAP}\d){{8}}(?![\w-])"
            rf"|(?<![\d.+-])[6-9](?:{GAP}\d){{8}}(?![\w-])"
        ),
    }
)
CHECKS: Mapping[str, Callable[[re.Match[str]], bool]] = MappingProxyType(
    {
        "rut_plain": lambda found: is_rut(re.sub(r"\D", "", found[1]), found[3]),
        "dni": lambda found: is_dni(re.sub(r"\W", "", found[0])),
    }
)


def mask(text: str) -> str:
    """Return the text with what looks like a patient's data replaced by its kind in brackets.

    Case ids and ISO times stay. Masking twice is the same as once.
    """
    text = _plain_signs(text)
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


def _plain_signs(text: str) -> str:
    """Write digits, dashes and spaces as on a keyboard: in other signs they are as readable."""
    return text if text.isascii() else "".join(map(_plain_sign, text))


def _plain_sign(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    kind = unicodedata.category(sign)
    if kind == "Cf":  # what nobody sees, such as a space without width
        return ""
    if kind == "Zs":
        return " "
    full_width = chr(ord(sign) - FULL_WIDTH) if "\uff01" <= sign <= "\uff5e" else sign
    return "-" if kind == "Pd" or sign == MINUS else full_width
