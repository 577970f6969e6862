import base64
from typing import Any, Protocol

import orjson
import rfc8785


class EntryRow(Protocol):
    """A row of `audit`."""

    id: int
    at: float
    event: str
    subject: str
    actor: str
    run_id: str | None
    attempt: int | None
    detail: str
    sealed: bytes | None


def entry_bytes(row: EntryRow | Any) -> bytes:
    """Return an entry's canonical bytes (RFC 8785): all its fields, `sealed` in base64."""
    entry: dict[str, Any] = {
        "id": row.id,
        "at": row.at,
        "event": row.event,
        "subject": row.subject,
        "actor": row.actor,
        "run_id": row.run_id,
        "attempt": row.attempt,
        "detail": _detail(row.detail),
        "sealed": None if row.sealed is None else base64.b64encode(row.sealed).decode(),
    }
    try:
        return rfc8785.dumps(entry)
    except rfc8785.CanonicalizationError:
        # A number that not every reader holds, such as 2**60: the text as it is stored instead.
        return rfc8785.dumps({**entry, "detail": row.detail})


def _detail(text: str) -> object:
    """Return the detail; its text when it is not as we write it, so that no byte goes unseen."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return value if orjson.dumps(value).decode() == text else text
