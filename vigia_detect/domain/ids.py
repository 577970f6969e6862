"""Identifiers: opaque, and none can be turned back into a patient.

A case id is a UUIDv7 (RFC 9562 section 5.7): time-ordered, so that new rows land together in an
index, and otherwise random. A run's id follows from its case and task, so every part of the
system can name it without asking.
"""

import secrets
import time
import uuid
from typing import NewType

CaseId = NewType("CaseId", str)
RunId = NewType("RunId", str)
AlertId = NewType("AlertId", str)
Pseudonym = NewType("Pseudonym", str)


def uuid7() -> uuid.UUID:
    """Return a time-ordered UUID: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return uuid.UUID(int=value)


def new_case_id() -> CaseId:
    """Return a fresh case id."""
    return CaseId(str(uuid7()))


def is_case_id(text: str) -> bool:
    """Tell whether `text` has the form of a case id; it need not exist."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def run_id(owner: str, task: str) -> RunId:
    """Return the id of the run of `task` that belongs to `owner` (a case or alert id)."""
    return RunId(str(uuid.uuid5(uuid.UUID(owner), task)))


def alert_id(subject: str, kind: str) -> AlertId:
    """Return the id of the one alert of this kind about `subject`."""
    return AlertId(str(uuid.uuid5(uuid.UUID(subject), f"alert:{kind}")))
