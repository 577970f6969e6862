"""Finds the right spelling of a key that nobody knows."""

import difflib
import re
from collections.abc import Iterable

from vigia_detect.phrase import Phrase

SAFE_KEY = re.compile(r"[A-Za-z0-9_.\[\]-]{1,60}")
CUTOFF = 0.5


def nearest(key: str, known: Iterable[str]) -> Phrase:
    """Return a hint with the nearest known key, or an empty text when none is near."""
    by_tail = {path.lower(): path for path in known}
    found = difflib.get_close_matches(key.lower(), by_tail, n=1, cutoff=CUTOFF)
    return Phrase("did you mean {name}?", name=by_tail[found[0]]) if found else Phrase("")


def shown(key: str) -> str:
    """Return a key as it may be shown: one that could be the patient's words is not."""
    return key if SAFE_KEY.fullmatch(key) else "(key not shown)"
