r"""The evidence bundle of one case: JSON lines in a fixed order, each written in one way only.

{"manifest":{"case":"018f…","format":"vigia-evidence-2",…}}   what is in it, and what is not
{"key":"vigia-audit/5f3a…+0a1b2c3d+AQ…"}                       whom it says to be signed by
{"announced":{"entry":"{…}","checkpoint":"…","proof":["…"],…}}   a later key, see trail.announced
{"checkpoint":"vigia-audit/5f3a…\n1250\n…"}                   the root that all proofs lead to
{"extends":{"proof":["…"],"size":1000}}                        from a checkpoint kept elsewhere
{"entry":{…},"position":17,"proof":["…"]}                      an entry and its inclusion proof
{"state":{"row":{…},"table":"runs"}}                           a state, which implies entries
{"summary":{…}}                                                follows from the entries alone
{"content":{"label":"…","name":"…","sealed":"…","key":"…",…}} what the patient's key had sealed
{"image":"…"}                                                  the picture, on request
{"seal":"vigia-audit/5f3a…\nevidence …\n\n— …"}               signed, over all bytes before it

No archive: nothing is compressed, nothing has a file name, no byte is left out of a hash.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, BinaryIO, NamedTuple

from vigia_detect.trail.announced import Announced, read_announced, read_hashes
from vigia_detect.trail.lines import to_line

FORMATS = {"vigia-evidence-1": 1, "vigia-evidence-2": 2}
"""Whoever was given a bundle keeps it: all forms are read, see `implied`; the last is written."""
PARTS = (
    "key",
    "announced",
    "checkpoint",
    "extends",
    "entry",
    "state",
    "summary",
    "content",
    "image",
)
"""In the order in which they come; all but `key`, `checkpoint` and `summary` may be absent."""
MOST_BYTES = 256_000_000
LONGEST_LINE = 4_000_000
LONGEST_IMAGE = 200_000_000
"""An image's line is one text, which takes no more memory read than written."""
BEFORE_ENTRY = b'{"entry":'


class BadBundleError(ValueError):
    """A bundle cannot be read. `line` counts from 1."""

    def __init__(self, line: int, about: str) -> None:
        super().__init__(f"line {line}: {about}")
        self.line, self.about = line, about


class Proved(NamedTuple):
    """An entry's canonical bytes, its place, and the proof that it is there."""

    data: bytes
    position: int
    proof: Sequence[bytes]


@dataclass(slots=True)
class Bundle:
    """A bundle as it was read; nothing of it has been checked but its form.

    Attributes:
        digests: how many lines each part has, and the hash over them.
        text: what the seal must say.
    """

    manifest: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    announced: list[Announced] = field(default_factory=list)
    checkpoint: str = ""
    extends: list[tuple[int, Sequence[bytes]]] = field(default_factory=list)
    entries: list[Proved] = field(default_factory=list)
    states: list[Mapping[str, Any]] = field(default_factory=list)
    summary: Mapping[str, Any] = field(default_factory=dict)
    contents: list[Mapping[str, Any]] = field(default_factory=list)
    image: str | None = None
    seal: str = ""
    digests: dict[str, dict[str, object]] = field(default_factory=dict)
    text: str = ""


def entry_line(one: Proved) -> bytes:
    """Return the line of an entry."""
    return BEFORE_ENTRY + one.data + _after_entry(one.position, one.proof)


def part_line(part: str, value: object) -> bytes:
    """Return the line of anything else."""
    return to_line({part: value})


class Digests:
    """How many lines each part has, and the hash over them."""

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self._counts: dict[str, int] = {}
        self._hashes: dict[str, Any] = {}
        for line in lines:
            self.add(line)

    def add(self, line: bytes) -> None:
        """Take one line."""
        part = part_of(line)
        self._counts[part] = self._counts.get(part, 0) + 1
        self._hashes.setdefault(part, sha256()).update(line)

    def result(self) -> dict[str, dict[str, object]]:
        """Return them, as the manifest names them."""
        hashes = self._hashes.items()
        return {
            part: {"lines": self._counts[part], "sha256": found.hexdigest()}
            for part, found in hashes
        }


def seal_text(origin: str, digest: str) -> str:
    """Return what is signed: two lines, so that it can never be taken for a checkpoint."""
    return f"{origin}\nevidence {digest}\n"


def read_bundle(file: BinaryIO) -> Bundle:
    """Read a bundle in bounded memory. Raises BadBundleError or OSError."""
    found, number, ended = Bundle(), 0, False
    digest, parts, reached = sha256(), Digests(), 0
    for number, line in enumerate(_lines(file), start=1):
        if ended:
            raise BadBundleError(number, "comes after the seal")
        try:
            reached = _read_line(found, line, reached, first=number == 1)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            about = error.about if isinstance(error, BadBundleError) else "not as it is written"
            raise BadBundleError(number, about) from None
        ended = bool(found.seal)
        if ended:
            origin = found.key.partition("+")[0]
            found.text = seal_text(origin, digest.hexdigest())
        elif number > 1:
            parts.add(line)
        digest.update(line)
    if not ended:
        raise BadBundleError(number, "the file is cut off, or it is no evidence bundle")
    found.digests = parts.result()
    return found


def _lines(file: BinaryIO) -> Iterator[bytes]:
    total, number = 0, 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE and line.startswith(b'{"image":"'):
            line += file.readline(LONGEST_IMAGE)
        elif len(line) > LONGEST_LINE:
            raise BadBundleError(number, "too long")
        total += len(line)
        if total > MOST_BYTES:
            raise BadBundleError(number, "too long")
        yield line


def _read_line(found: Bundle, line: bytes, reached: int, *, first: bool) -> int:
    """Take one line; return which part may come next."""
    part = part_of(line)
    value = _value(line, part)
    if first or part in {"manifest", "seal"}:
        _frame(found, part, value, first=first)
        return reached
    reached = _in_order(part, reached)
    _take(found, part, value)
    return reached


def part_of(line: bytes) -> str:
    """Return of which part a line is; empty when of none."""
    name, quote, _ = line[2:24].partition(b'"')
    return name.decode("ascii", "replace") if line.startswith(b'{"') and quote else ""


def _value(line: bytes, part: str) -> Any:
    """Return what a line says. Raises ValueError unless it is written in the one right way."""
    document = json.loads(line, parse_constant=_no_constant)
    if part == "entry":
        proof = read_hashes(document["proof"])
        after = _after_entry(_number(document["position"]), proof)
        if not line.endswith(after) or not isinstance(document["entry"], dict):
            raise ValueError
        return Proved(line[len(BEFORE_ENTRY) : -len(after)], document["position"], proof)
    if to_line(document) != line or list(document) != [part]:
        raise ValueError
    return document[part]


def _frame(found: Bundle, part: str, value: Any, *, first: bool) -> None:
    """Take the first or the last line."""
    if first != (part == "manifest"):
        raise BadBundleError(0, "no evidence bundle" if first else "out of its place")
    if part == "seal":
        found.seal = _text(value)
    elif value["format"] not in FORMATS:
        raise BadBundleError(0, "of a form that this program does not know")
    else:
        found.manifest = _object(value)


def _in_order(part: str, reached: int) -> int:
    if part not in PARTS or PARTS.index(part) < reached:
        raise BadBundleError(0, "out of its place")
    return PARTS.index(part) + (part in {"key", "checkpoint", "summary", "image"})


def _take(found: Bundle, part: str, value: Any) -> None:
    if part == "entry":
        found.entries.append(value)
    elif part == "state":
        found.states.append(_object(value))
    elif part == "content":
        found.contents.append(_object(value))
    elif part == "summary":
        found.summary = _object(value)
    elif part == "announced":
        found.announced.append(read_announced(value))
    elif part == "extends":
        found.extends.append((_number(value["size"]), read_hashes(value["proof"])))
    else:
        setattr(found, part, _text(value))


def _after_entry(position: int, proof: Sequence[bytes]) -> bytes:
    hashes = b",".join(b'"%s"' % one.hex().encode() for one in proof)
    return b',"position":%d,"proof":[%s]}\n' % (position, hashes)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _no_constant(_: str) -> Any:
    raise ValueError
