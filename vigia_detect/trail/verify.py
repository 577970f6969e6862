"""Reads an export once, in fixed memory, and gives both verdicts."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeAlias

from vigia_detect.trail import lines
from vigia_detect.trail.completeness import Claims, Completeness, of_entry, of_state
from vigia_detect.trail.findings import Finding, Problem, Verdict
from vigia_detect.trail.integrity import Integrity
from vigia_detect.trail.note import Checkpoint, PublicKey
from vigia_detect.trail.stamps import Authority, Stamped

PENDING = b'{"pending":'
CHECKPOINT = b'{"checkpoint":'
STAMP = b'{"size":'
STATE = b'{"row":'
END = b'{"end":'

Source: TypeAlias = Callable[[], Iterable[bytes]]
"""Opens the export and yields its lines; it may be called twice."""


@dataclass(frozen=True, slots=True)
class Report:
    """Both verdicts, and what they are about.

    Attributes:
        entries: how many are chained.
        pending: how many are not chained yet; nothing is promised of them.
        checkpoint: the last one in the export, if any is good.
        stamps: how many time stamps the export has.
        stamped: what the last of them attests; None when no authority was given.
        keys: whose signatures count at the end: those given, and those announced and signed for.
    """

    integrity: Verdict
    completeness: Verdict
    entries: int
    pending: int
    checkpoint: Checkpoint | None
    stamps: int = 0
    stamped: Stamped | None = None
    keys: tuple[PublicKey, ...] = ()

    @property
    def good(self) -> bool:
        """Whether both verdicts are good."""
        return self.integrity.good and self.completeness.good


def verify(
    source: Source,
    keys: Collection[PublicKey],
    known: Iterable[Checkpoint] = (),
    authority: Authority | None = None,
) -> Report:
    """Check an export.

    Args:
        source: opens it.
        keys: whose signatures count; from a place that the trail's owner cannot change.
        known: checkpoints kept elsewhere, with their signatures checked. Without any, an owner of
            database and signing key could have written a whole new trail.
        authority: whose time stamps count; None: they are not checked.
    """
    reader = _Reader(keys, known, authority)
    reader.read(source())
    return Report(
        reader.integrity.verdict,
        reader.complete.verdict(lambda: _claims(source(), reader.form)),
        reader.integrity.size,
        reader.pending,
        reader.integrity.last,
        reader.integrity.stamps.seen,
        reader.integrity.stamps.last,
        reader.integrity.keys.keys,
    )


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class _Reader:
    def __init__(
        self,
        keys: Collection[PublicKey],
        known: Iterable[Checkpoint],
        authority: Authority | None,
    ) -> None:
        self.integrity = Integrity(keys, known, authority)
        self.complete = Completeness()
        self.pending = 0
        self.form = max(lines.FORMATS.values())
        self._origins = {key.name for key in keys}
        self._ended = False

    def read(self, source: Iterable[bytes]) -> None:
        """Read all lines."""
        integrity, digest, number = self.integrity, sha256(), 0
        for number, line in enumerate(source, start=1):
            integrity.line = number
            if line.startswith(lines.CHAINED) and not self._ended:
                entry = integrity.chained(line)
                if entry is not None:
                    self._claim(of_entry(entry, self.form))
            elif number == 1:
                self._header(line)
            elif self._ended:
                self._file_changed(number)
            else:
                self._other(line, number, digest)
            digest.update(line)
        if number == 0 or not self._ended:
            self._file_changed(number)
        integrity.finish()

    def _header(self, line: bytes) -> None:
        for format_, form in lines.FORMATS.items():
            if line in {lines.header(origin, format_) for origin in self._origins}:
                self.form = form
                return
        self.integrity.verdict.add(Finding(Problem.WRONG_LOG, line=1))

    def _other(self, line: bytes, number: int, digest: _Hash) -> None:
        if line.startswith(CHECKPOINT):
            self.integrity.checkpoint(line)
        elif line.startswith(STAMP):
            self.integrity.stamp(line)
        elif line.startswith(STATE):
            self._claim(of_state(line, self.form))
        elif line.startswith(PENDING):
            self.pending += 1
            self._claim(of_entry(line[len(PENDING) : -2], self.form))
        elif line.startswith(END):
            self._ended = True
            if line != lines.end(number - 1, digest.hexdigest()):
                self._file_changed(number)
        else:
            self.integrity.verdict.add(Finding(Problem.MALFORMED, line=number))

    def _claim(self, claims: Claims) -> None:
        try:
            self.complete.add(claims)
        except (ValueError, KeyError, TypeError):
            self.integrity.verdict.add(Finding(Problem.MALFORMED, line=self.integrity.line))

    def _file_changed(self, number: int) -> None:
        self.integrity.verdict.add(Finding(Problem.FILE_CHANGED, line=number))


def _claims(source: Iterable[bytes], form: int) -> Iterator[tuple[str, int]]:
    """Yield the claims of both sides once more."""
    for line in source:
        try:
            if line.startswith(lines.CHAINED):
                document = lines.read(line)
                if document["entry"] is not None:
                    yield from of_entry(json.dumps(document["entry"]).encode(), form)
            elif line.startswith(STATE):
                yield from of_state(line, form)
            elif line.startswith(PENDING):
                yield from of_entry(line[len(PENDING) : -2], form)
        except (ValueError, KeyError, TypeError):
            continue  # the first reading has said so
