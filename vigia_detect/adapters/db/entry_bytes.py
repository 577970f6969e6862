import base64
from contextlib import suppress
from typing import Any, NamedTuple

import orjson
import rfc8785

from vigia_detect.adapters.db.canonical import canonical


class EntryRow(NamedTuple):
    """A row of `audit`, in the order of its columns."""

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
    """Return an entry's canonical bytes (RFC 8785): all its fields, `sealed` in base64.

    A row that somebody has tampered with has bytes too, whatever lies in it: its place is to be
    told, and the rest of the trail to be exported.
    """
    entry: dict[str, Any] = {
        "id": row.id,
        "at": row.at,
        "event": row.event,
        "subject": row.subject,
        "actor": row.actor,
        "run_id": row.run_id,
        "attempt": row.attempt,
        "detail": row.detail,
        "sealed": row.sealed,
    }
    for form in (_usual, _with_stored_detail):
        with suppress(rfc8785.CanonicalizationError, TypeError):
            return canonical(form(entry))
    return canonical({name: ascii(value) for name, value in entry.items()})


def _usual(entry: dict[str, Any]) -> dict[str, Any]:
    return {**_with_stored_detail(entry), "detail": _detail(entry["detail"])}


def _with_stored_detail(entry: dict[str, Any]) -> dict[str, Any]:
    """Leave the detail as it is stored: a number may be in it that not every reader holds."""
    sealed = entry["sealed"]
    return {**entry, "sealed": None if sealed is None else base64.b64encode(sealed).decode()}


def _detail(text: str) -> object:
    """Return the detail; its text when it is not as we write it, so that no byte goes unseen."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return value if orjson.dumps(value).decode() == text else text
