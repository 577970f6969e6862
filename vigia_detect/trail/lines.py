r"""The export: JSON lines, each written in one way only (RFC 8785), so that bytes can be compared.

{"format":"vigia-audit-2","origin":"vigia-audit/5f3a…"}       first, once
{"chain":"9b1c…","entry":{…},"position":0}                    an entry and its link
{"checkpoint":"vigia-audit/5f3a…\n1\n…"}                    after the entries that it covers
{"size":1250,"timestamp":"MIIV…"}                    of the checkpoint before, by an authority
{"pending":{…}}                                               an entry that is not chained yet
{"row":{…},"table":"runs"}                                    a state, which implies entries
{"end":{"lines":1234,"sha256":"…"}}                           last, over all bytes before it

The hash of an entry is over its bytes as they stand in its line. An entry that should be there and
is not has the line {"chain":"…","entry":null,"leaf":"…","position":7}.
"""

import base64
import json
from collections.abc import Generator, Iterable, Mapping
from hashlib import sha256
from typing import Any

FORMATS = {"vigia-audit-1": 1, "vigia-audit-2": 2}
"""Whoever was given an export keeps it: all forms are read, see `implied`; the last is written."""
FIRST_LINK = bytes(32)
"""What stands for the link before the first entry."""

CHAINED = b'{"chain":"'
CHAIN_END = len(CHAINED) + 64
BEFORE_ENTRY = b'","entry":'
ENTRY_AT = CHAIN_END + len(BEFORE_ENTRY)

_decode = json.JSONDecoder().decode  # without the look at the encoding that `loads` takes first


def read(data: bytes) -> Any:
    """Read JSON. Raises ValueError, also on what is nested too deeply to be read."""
    try:
        return _decode(data.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None


def link(previous: bytes, leaf: bytes) -> bytes:
    """Return an entry's link: the hash over the one before and the entry's own hash."""
    return sha256(b"\2" + previous + leaf).digest()


def header(origin: str, format_: str = max(FORMATS)) -> bytes:
    """Return the first line."""
    return to_line({"format": format_, "origin": origin})


def chained(position: int, chain: bytes, entry: bytes) -> bytes:
    """Return the line of an entry, whose canonical bytes are `entry`."""
    return b"%s%s%s%s%s" % (
        CHAINED,
        chain.hex().encode(),
        BEFORE_ENTRY,
        entry,
        after_entry(position),
    )


def after_entry(position: int) -> bytes:
    """Return how the line of an entry ends."""
    return b',"position":%d}\n' % position


def lost(position: int, chain: bytes, leaf: bytes) -> bytes:
    """Return the line of an entry that was chained and is not there any more."""
    return to_line({"chain": chain.hex(), "entry": None, "leaf": leaf.hex(), "position": position})


def checkpoint(note: str) -> bytes:
    """Return the line of a signed checkpoint."""
    return to_line({"checkpoint": note})


def stamp(size: int, token: bytes) -> bytes:
    """Return the line of an authority's time stamp, which follows its checkpoint."""
    return to_line({"size": size, "timestamp": base64.b64encode(token).decode()})


def pending(entry: bytes) -> bytes:
    """Return the line of an entry that is not chained yet."""
    return b'{"pending":%s}\n' % entry


def state(table: str, row: Mapping[str, object]) -> bytes:
    """Return the line of a row whose state implies entries."""
    return to_line({"row": dict(row), "table": table})


def with_end(lines: Iterable[bytes]) -> Generator[bytes]:
    """Yield the lines and the last one, which says how many there are and what their hash is."""
    digest, count = sha256(), 0
    for line in lines:
        digest.update(line)
        count += 1
        yield line
    yield end(count, digest.hexdigest())


def end(count: int, digest: str) -> bytes:
    """Return the last line."""
    return to_line({"end": {"lines": count, "sha256": digest}})


def to_line(document: Mapping[str, object]) -> bytes:
    """Write a document of text, whole numbers and truth values."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"
