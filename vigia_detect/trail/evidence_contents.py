"""Whether what a bundle shows of a patient is what the entries attest.

An entry holds the hash of a ciphertext, not of what it says. So the bundle brings the ciphertext
and the key of this one record (`trail.record`): the ciphertext must have the attested hash, and
what it opens to is what it says, for whoever cannot ask for the patient's key.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from vigia_detect.trail.evidence_summary import Entry, detail_of, last, of_kind
from vigia_detect.trail.lines import to_line
from vigia_detect.trail.record import BadRecordError, open_record

REVIEWED = ("review.confirmed", "review.corrected")
PLAIN_TEXT = "reopened:"
"""How the names of contents begin that are words, not a JSON document."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What an entry says of a content.

    Attributes:
        label: what its ciphertext is bound to.
        digest: of the ciphertext; None in entries from before they named it.
    """

    label: str
    digest: str | None


class Differs(ValueError):  # noqa: N818 - it is a finding, told to people by another name
    """A content is not what the entries attest."""


def attested(case_id: str, entries: Sequence[Entry]) -> dict[str, Attested]:
    """Return, by name, the contents that the entries of a case speak of."""
    told = [detail_of(one) for one in of_kind(entries, "case.accepted", "review.corrected")]
    hashes = [one["told"] for one in told if "told" in one]
    found = {"told": Attested(f"case:{case_id}", hashes[-1] if hashes else None)}
    for entry in of_kind(entries, "run.done"):
        detail = detail_of(entry)
        if "result" in detail:
            name = f"result:{detail['task']}:{entry['attempt']}"
            found[name] = Attested(f"result:{case_id}:{detail['task']}", detail["result"])
    for entry in of_kind(entries, "narrative.added"):
        detail = detail_of(entry)
        label = f"addendum:{case_id}:{entry['run_id']}"
        found[f"narrative:{detail['decision']}"] = Attested(label, detail["result"])
    for entry in of_kind(entries, *REVIEWED):
        name = f"review:{detail_of(entry)['number']}"
        found[name] = Attested(f"text:{case_id}:{name}", detail_of(entry).get("said"))
    for entry in of_kind(entries, "case.reopened"):
        detail = detail_of(entry)
        name = f"{PLAIN_TEXT}{detail['stage']}:{detail['attempt']}"
        digest = sha256(_bytes(detail["reason"])).hexdigest()
        found[name] = Attested(f"text:{case_id}:{name}", digest)
    return found


def check_content(content: Mapping[str, Any], known: Mapping[str, Attested]) -> bool:
    """Compare a content with what is attested; tell whether that proves it.

    It proves nothing when the entry is older than the hash, or the record than its own key.

    Raises:
        Differs: it is another one.
    """
    name, sealed = str(content["name"]), _bytes(content["sealed"])
    entry = known.get(name)
    if entry is None or entry.digest not in {None, sha256(sealed).hexdigest()}:
        raise Differs(name)
    if content["key"] is None:
        if sealed[:1] == b"\2":  # only what is older has none
            raise Differs(name)
        return False
    if _opened(name, entry.label, sealed, _bytes(content["key"])) != to_line(
        {"": content["value"]}
    ):
        raise Differs(name)
    return entry.digest is not None


def check_image(image: str, entries: Sequence[Entry]) -> None:
    """Compare the picture with the hash that was attested when it came. Raises Differs."""
    if sha256(_bytes(image)).hexdigest() != last(entries, "case.accepted").get("image"):
        raise Differs("image")


def disagreements(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield where a result or decision names an input that no entry says was ever given."""
    given = {
        (detail_of(one)["task"], detail_of(one).get("result"))
        for one in of_kind(entries, "run.done")
    }
    for one in of_kind(entries, "run.done", "decision.made"):
        inputs = detail_of(one).get("inputs")
        for stage, digest in (inputs if isinstance(inputs, dict) else {}).items():
            if (stage, digest) not in given:
                yield f"{one['event']} {one['id']}: {stage}"
    for one in of_kind(entries, "decision.made"):
        result = detail_of(one).get("result")
        if result is not None and ("triage", result) not in given:
            yield f"{one['event']} {one['id']}: triage"


def _opened(name: str, label: str, sealed: bytes, key: bytes) -> bytes:
    """Return what a record says, written in the one way in which it can be compared."""
    try:
        plain = open_record(key, label, sealed).decode()
        return to_line({"": plain if name.startswith(PLAIN_TEXT) else json.loads(plain)})
    except (BadRecordError, ValueError, RecursionError):
        raise Differs(name) from None


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Differs("base64") from None
