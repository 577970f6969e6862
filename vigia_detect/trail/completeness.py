"""The second verdict: each state has the entries that it implies, and each entry its reason.

Millions of claims are compared in fixed memory: each is hashed into one of many sums, entries
adding and states taking away. What is left over in a sum is then looked for in a second reading,
for that sum's claims alone.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import TypeAlias

from vigia_detect.trail import lines
from vigia_detect.trail.findings import Finding, Problem, Verdict
from vigia_detect.trail.implied import claim, implied

SUMS = 1 << 16
SUMS_LOOKED_INTO = 1_000  # more are counted only: memory stays fixed whatever is missing
HASH_BYTES = 16

Claims: TypeAlias = Iterable[tuple[str, int]]


class Completeness:
    """Takes claims from both sides."""

    def __init__(self) -> None:
        self._sums: defaultdict[int, int] = defaultdict(int)

    def add(self, claims: Claims) -> None:
        """Take claims: how often an entry makes it, less how often a state implies it."""
        for text, times in claims:
            hash_ = _hash(text)
            self._sums[hash_ % SUMS] += times * hash_

    def verdict(self, again: Callable[[], Claims]) -> Verdict:
        """Return the verdict; `again` yields the same claims once more, if they are needed."""
        verdict = Verdict()
        found = [place for place, total in self._sums.items() if total]
        uneven = frozenset(found[:SUMS_LOOKED_INTO])
        verdict.more = len(found) - len(uneven)
        if not uneven:
            return verdict
        left: Counter[str] = Counter()
        for text, times in again():
            if _hash(text) % SUMS in uneven:
                left[text] += times
        for text, times in sorted(left.items()):
            if times:
                problem = Problem.NO_ENTRY if times < 0 else Problem.NO_REASON
                about = text if abs(times) == 1 else f"{text} ({abs(times)})"
                verdict.add(Finding(problem, about=about))
        return verdict


def of_entry(entry: bytes, form: int) -> Iterator[tuple[str, int]]:
    """Yield the claim of an entry. Raises ValueError or KeyError when it has another form."""
    yield claim(lines.read(entry), form), 1


def of_state(line: bytes, form: int) -> Iterator[tuple[str, int]]:
    """Yield the claims of a state's line. Raises ValueError or KeyError likewise."""
    document = lines.read(line)
    for text, times in implied(document["table"], document["row"], form):
        yield text, -times


def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()
    return int.from_bytes(digest, "big")
