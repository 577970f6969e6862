"""Reads a passage from Markdown, or says everything that is wrong with it.

    ---
    id: heel-offloading
    ...
    ---
    # es: Talones
    - Deje el talón en el aire. [D MINSAL23 p.20; X CPG25 | M-03]
    # en: Heels
    - Float the heel. [D MINSAL23 p.20; X CPG25 | M-03]

In brackets: tag and source of each statement, separated by `;`, then `|` and the rules of
`docs/clinical/facts.md` that it comes from.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vigia_detect.clinical.data_file import parse_yaml
from vigia_detect.clinical.protocols.checks import problems
from vigia_detect.clinical.protocols.model import Passage
from vigia_detect.errors import ConfigurationError, FieldProblem, InvalidProtocolError
from vigia_detect.phrase import Phrase
from vigia_detect.validation import said

_HEAD = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_TITLE = re.compile(r"^# (\w+): (.*)$")
_STATEMENT = re.compile(r"^- (.*) \[([^\]|]+)(?:\|([^\]]*))?\]$")
_VERIFIED = {"GK": False, "POL": None}


def read_passage(path: Path, *, own: bool = False) -> Passage:
    """Read a passage.

    Raises:
        InvalidProtocolError: it cannot be read or does not fit; each problem with file and field.
    """
    head, body = _split(path)
    try:
        document = {"head": _front_matter(head, path), "texts": _texts(body, path), "own": own}
        passage = Passage.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        raise InvalidProtocolError(tuple(_found(path, error))) from error
    found = tuple(_at(path, field, problem) for field, problem in problems(passage))
    if found:
        raise InvalidProtocolError(found)
    return passage


def _split(path: Path) -> tuple[str, str]:
    try:
        parts = _HEAD.match(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(
            path, Phrase("file"), Phrase("cannot be read ({kind})", kind=type(error).__name__)
        ) from error
    if parts is None:
        raise _refusal(path, Phrase("front matter"), Phrase("must stand between two lines of ---"))
    return parts[1], parts[2]


def _front_matter(text: str, path: Path) -> object:
    try:
        return parse_yaml(text, path.name)[1]
    except ConfigurationError as error:
        raise _refusal(path, Phrase("front matter"), Phrase.of(error)) from error


def _texts(body: str, path: Path) -> dict[str, Any]:
    texts: dict[str, Any] = {}
    lang = ""
    for line in filter(None, map(str.strip, body.splitlines())):
        title = _TITLE.match(line)
        if title:
            lang = title[1]
            if lang in texts:
                raise _refusal(path, lang, Phrase("stands there twice"))
            texts[lang] = {"title": title[2], "statements": []}
        elif lang:
            texts[lang]["statements"].append(_statement(line, path, lang))
        else:
            raise _refusal(
                path, "text", Phrase("the first line must be `# es: TITLE` or `# en: TITLE`")
            )
    return texts


def _statement(line: str, path: Path, lang: str) -> dict[str, Any]:
    parts = _STATEMENT.match(line)
    if parts is None:
        raise _refusal(
            path, lang, Phrase("needs `- TEXT [TAG SOURCE | RULES]`: {line}", line=line[:60])
        )
    rules = [rule.strip() for rule in (parts[3] or "").split(",") if rule.strip()]
    evidence = [_evidence(one.strip()) for one in parts[2].split(";")]
    return {"text": parts[1], "evidence": evidence, "rules": rules}


def _evidence(text: str) -> dict[str, Any]:
    tag, _, source = text.partition(" ")
    return {"tag": tag, "source": source.strip(), "verified": _VERIFIED.get(tag, True)}


def _found(path: Path, error: ValidationError) -> Iterable[FieldProblem]:
    for problem in error.errors():
        place = [str(part) for part in problem["loc"] if part != "head"]
        yield _at(path, ".".join(place), said(problem))


def _at(path: Path, field: str, problem: Phrase) -> FieldProblem:
    return FieldProblem(Phrase("{file}: {field}", file=path.name, field=field), problem)


def _refusal(path: Path, field: str, problem: Phrase) -> InvalidProtocolError:
    return InvalidProtocolError((_at(path, field, problem),))
