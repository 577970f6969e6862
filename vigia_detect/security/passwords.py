"""Passwords: Argon2id (RFC 9106), long rather than complicated (NIST SP 800-63B-4)."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vigia_detect.errors import InvalidOptionError

SHORTEST = 15  # NIST SP 800-63B-4, 3.1.1.2: a password that may be the only factor
LONGEST = 256  # more would only cost time
KNOWN_WORD = 4  # shorter parts of a name are in many words
KINDS = 6  # different letters at least: "aaaaaaaaaaaaaaa" is no password

_HASHER = PasswordHasher()  # the library's defaults are RFC 9106's second recommendation
NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$PNcnmOu2e+jATbfx5TBePQ"
    "$C4w+Fy8kH+OdOrM7caZGYgoJDiamwJ21IiLprgEGbKo"
)
"""The hash of a password that was thrown away. Checked when there is no such account, so that its
absence takes as long as a wrong password; written here, as making it costs each start that."""


def hash_password(password: str) -> str:
    """Return the Argon2id hash in PHC form, with its own salt and parameters."""
    return _HASHER.hash(_same_letters(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Tell whether the password is the right one; always takes the time of one hash."""
    try:
        _HASHER.verify(password_hash or NOBODYS, _same_letters(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def check_new(password: str, *known: str) -> None:
    """Refuse a password that is easily guessed.

    Args:
        password: the new one.
        known: words that it must not hold, such as the person's own name.

    Raises:
        InvalidOptionError: it is too short, too long, too simple or holds a known word.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidOptionError(
            "password: must have {least} to {most} letters", least=SHORTEST, most=LONGEST
        )
    folded = password.casefold()
    if len(set(folded)) < KINDS or any(
        word.casefold() in folded for word in known if len(word) >= KNOWN_WORD
    ):
        raise InvalidOptionError(
            "password: too easily guessed (own name, or few different letters)"
        )


def _same_letters(password: str) -> str:
    """Return one spelling for what looks the same: a keyboard may send é as one sign or as two."""
    return unicodedata.normalize("NFKC", password)
