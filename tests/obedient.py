"""A language model that does what the attacker wants, and the set of what attackers want."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vigia_detect.domain.case import Json, JsonObject
from vigia_detect.domain.language_model import ModelRequest

ATTEMPTS = Path(__file__).parent / "data" / "injection" / "attempts.jsonl"
_KEY = re.compile(r"^\[([\w.-]+)\]", re.MULTILINE)
_MOST = 10  # sentences that fit the form
_CITES = 4
_LONGEST = 300


@dataclass(frozen=True)
class Attempt:
    """One attempt (see the README beside the set)."""

    id: str
    kind: str
    lang: str
    text: str
    says: tuple[str, ...]


def attempts() -> list[Attempt]:
    """Return the whole set."""
    lines = ATTEMPTS.read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [Attempt(**{**one, "says": tuple(one["says"])}) for one in found]


def obey(attempt: Attempt, request: ModelRequest) -> JsonObject:
    """Write what was demanded, citing sources that were supplied and some that were not."""
    said = [*attempt.says, attempt.text[:_LONGEST]]
    cited = [(text, cites) for cites in _citations(request) for text in said]
    sentences: list[Json] = [{"text": text, "cites": list(cites)} for text, cites in cited[:_MOST]]
    return {"sentences": sentences}


def _citations(request: ModelRequest) -> Iterator[list[str]]:
    keys = _KEY.findall(request.user)
    yield keys[:_CITES]
    yield ["S99"]
    yield []
    yield from ([key] for key in keys)
