"""Tokens: 256 random bits, shown once. Only their hash is kept."""

import hashlib
import secrets

PREFIX = "vigia_"  # lets a scanner of sources and logs know one when it sees it
BYTES = 32


def new_token() -> tuple[str, str]:
    """Return a fresh token and its digest."""
    token = PREFIX + secrets.token_urlsafe(BYTES)
    return token, digest(token)


def digest(token: str) -> str:
    """Return what is kept of a token.

    A plain hash is enough: unlike a password, it cannot be guessed.
    """
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
