"""Check digits of terminology codes. A right digit does not prove the right meaning (facts.md E).

SNOMED CT ids end in a Verhoeff digit; LOINC codes end in a hyphen and a mod-10 (Luhn) digit.
"""

import re

SNOMED_ID = re.compile(r"[1-9][0-9]{5,17}")
LOINC_CODE = re.compile(r"([1-9][0-9]{0,6})-([0-9])")

# Multiplication in the dihedral group of order 10, and the permutation that Verhoeff applies to
# each position (J. Verhoeff, Error Detecting Decimal Codes, 1969).
_TIMES = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def is_snomed_id(code: str) -> bool:
    """Tell whether `code` has the form of a SNOMED CT id: 6 to 18 digits, the last by Verhoeff."""
    return SNOMED_ID.fullmatch(code) is not None and verhoeff_remainder(code) == 0


def is_loinc_code(code: str) -> bool:
    """Tell whether `code` has the form of a LOINC code, its digit after the hyphen included."""
    match = LOINC_CODE.fullmatch(code)
    return match is not None and luhn_digit(match[1]) == int(match[2])


def verhoeff_remainder(digits: str) -> int:
    """Return 0 when the last of the digits is the Verhoeff digit of the others."""
    remainder = 0
    for position, character in enumerate(reversed(digits)):
        digit = int(character)
        for _ in range(position % 8):
            digit = _STEP[digit]
        remainder = _TIMES[remainder][digit]
    return remainder


def luhn_digit(digits: str) -> int:
    """Return the mod-10 check digit that belongs behind the digits."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        doubled = int(character) * (2 if position % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return -total % 10
