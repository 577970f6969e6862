"""What a case's entries alone say of it. Who writes a bundle and who checks it both work it out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

Entry: TypeAlias = Mapping[str, Any]

ANSWERS = ("alert.acknowledged", "alert.declined", "alert.acted", "alert.closed")
TOLD = ("notification.accepted", "notification.failed", "notification.uncertain")
REVIEWS = ("review.confirmed", "review.corrected")
ERASED = "case.erased"


def summary_of(entries: Sequence[Entry]) -> dict[str, object]:
    """Return what happened, in the order of the trail.

    Args:
        entries: as they were chained, by place.
    """
    accepted = last(entries, "case.accepted")
    return {
        "image_sha256": accepted.get("image"),
        "red_flags": accepted.get("rules", []),
        "decision": dict(last(entries, "decision.made")) or None,
        **_made_by(entries),
        "stages": _each(entries, ("run.done", "run.failed"), "task", "result", "code"),
        "alerts": _each(entries, ("alert.opened",), "alert_id", "kind", "reasons"),
        "notifications": _each(entries, TOLD, "alert_id", "to", "channel", "code"),
        "acknowledgements": _each(entries, ANSWERS, "alert_id", "kind", "how", "latency_s"),
        "reviews": _each(entries, REVIEWS, "number"),
        "erased": any(one["event"] == ERASED for one in entries),
    }


def of_kind(entries: Iterable[Entry], *kinds: str) -> list[Entry]:
    """Return the entries of these kinds."""
    return [one for one in entries if one["event"] in kinds]


def detail_of(entry: Entry) -> Mapping[str, Any]:
    """Return an entry's detail; nothing when it has another form."""
    detail = entry["detail"]
    return detail if isinstance(detail, dict) else {}


def last(entries: Iterable[Entry], kind: str) -> Mapping[str, Any]:
    """Return the detail of the last entry of a kind; nothing when there is none."""
    found = of_kind(entries, kind)
    return detail_of(found[-1]) if found else {}


def _each(entries: Iterable[Entry], kinds: Sequence[str], *names: str) -> list[dict[str, object]]:
    return [
        {name: one[name] for name in ("event", "at", "actor", "run_id", "attempt")}
        | {name: detail_of(one)[name] for name in names if name in detail_of(one)}
        for one in of_kind(entries, *kinds)
    ]


def _made_by(entries: Iterable[Entry]) -> dict[str, object]:
    """Return rules, knowledge, prompts and models, each with version or id and its checksum."""
    found: dict[str, set[str]] = {}
    for one in of_kind(entries, "run.done", "narrative.added"):
        made_by = detail_of(one).get("made_by")
        for name, what in (made_by if isinstance(made_by, dict) else {}).items():
            found.setdefault(name, set()).add(str(what))
    rules, knowledge = (sorted(found.pop(name, ())) for name in ("rules", "knowledge"))
    prompts = {name: sorted(what) for name, what in found.items() if name.startswith("prompt")}
    models = {name: sorted(what) for name, what in found.items() if name not in prompts}
    return {"rules": rules, "knowledge": knowledge, "prompts": prompts, "models": models}
