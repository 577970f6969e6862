"""How long the other side of an HTTP exchange asks to be left alone."""

import time
from email.utils import parsedate_to_datetime


def seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110 section 10.2.3), or None."""
    if not retry_after:
        return None
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return None
