"""Check digits of national identity numbers.

RUN/RUT (Chile): modulo 11, weights 2 to 7 from the right, 10 is K. DNI and NIE (Spain): the rest
by 23 chooses a letter of a fixed row; the NIE's X, Y, Z stand for 0, 1, 2.
"""

import re

_RUT = re.compile(r"(?<!\d)(\d{1,2}[.]?\d{3}[.]?\d{3})-([\dkK])(?![^\W_])")
_DNI = re.compile(r"(?<![^\W_])(\d{8}|[XYZxyz]\d{7})-?([A-Za-z])(?![^\W_])")
DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
NIE_DIGITS = {"X": "0", "Y": "1", "Z": "2"}


def rut_digit(body: str) -> str:
    """Return the check digit, 0-9 or K, of the digits of a RUT."""
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(body)))
    rest = 11 - total % 11
    return {11: "0", 10: "K"}.get(rest, str(rest))


def is_rut(body: str, check: str) -> bool:
    """Tell whether digits and check digit belong together."""
    return rut_digit(body) == check.upper()


def dni_letter(digits: str) -> str:
    """Return the letter of the 8 digits of a DNI."""
    return DNI_LETTERS[int(digits) % len(DNI_LETTERS)]


def is_dni(text: str) -> bool:
    """Tell whether `text`, 8 digits or X, Y, Z and 7, then a letter, is a DNI or NIE."""
    body, letter = text[:-1].upper(), text[-1].upper()
    return dni_letter(NIE_DIGITS.get(body[0], body[0]) + body[1:]) == letter


def names_somebody(text: str) -> bool:
    """Tell whether a RUT, DNI or NIE with the right check digit is in a text without spaces.

    A RUT counts with its dash only: one in eleven of all long numbers would be one without.
    """
    ruts = (is_rut(found[1].replace(".", ""), found[2]) for found in _RUT.finditer(text))
    return any(ruts) or any(is_dni(found[1] + found[2]) for found in _DNI.finditer(text))
