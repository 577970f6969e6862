"""Compares an assessment with the `expected` part of an example of the case format (section 9)."""

from collections.abc import Iterator, Mapping
from typing import Any

URGENCIES = ["routine", "urgent", "emergency"]
LISTS = ("rules", "actions", "forbidden", "missing", "modifiers")


def failures(want: Mapping[str, Any], out: Mapping[str, Any]) -> list[str]:
    """Return every way in which the output is not what the example expects."""
    unknown = set(want) - KNOWN
    return [
        *(f"unknown key {key}" for key in unknown),
        *_urgency(want, out),
        *_lesions(want, out),
        *_lists(want, out),
        *_risk(want, out["risk"]),
        *_qsofa(want.get("qsofa", {}), out["qsofa"]),
    ]


def _urgency(want: Mapping[str, Any], out: Mapping[str, Any]) -> Iterator[str]:
    if out["urgency"] not in want.get("urgency_ok", URGENCIES):
        yield f"urgency {out['urgency']}"
    if want.get("review_required", out["review_required"]) is not out["review_required"]:
        yield "review_required"
    first = out["actions"][0]["id"]
    if first in want.get("actions_not_first", []):
        yield f"first action {first}"


def _lesions(want: Mapping[str, Any], out: Mapping[str, Any]) -> Iterator[str]:
    for expected, got in zip(want.get("lesions", []), out["lesions"], strict=False):
        yield from _lesion(expected, got)
    if "lesions" in want and len(want["lesions"]) != len(out["lesions"]):
        yield "number of lesions"


def _lesion(want: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[str]:
    both = {got["class"], f"{got['class']}/{got['certainty']}"}
    if got["class"] not in want.get("class_ok", [got["class"]]):
        yield f"class {got['class']}"
    if both & set(want.get("class_fail", [])):
        yield f"class must not be {got['class']}"
    if got["certainty"] not in want.get("certainty_ok", [got["certainty"]]):
        yield f"certainty {got['certainty']}"
    if set(want.get("flags", [])) - set(got["flags"]):
        yield f"flags {got['flags']}"
    if set(want.get("shown_all", [])) - {got["class"], *got["candidates"], *got["differentials"]}:
        yield f"shown {got['candidates']} {got['differentials']}"
    if "push" in want and not _push_fits(want["push"], got["push"]):
        yield f"push {got['push']}"
    if (
        want.get("cl_wound_diagram_grade", got["cl_wound_diagram_grade"])
        != got["cl_wound_diagram_grade"]
    ):
        yield f"grade {got['cl_wound_diagram_grade']}"


def _push_fits(want: Any, got: Any) -> bool:
    if isinstance(want, list) and got is not None:
        return bool(want[0] <= got <= want[1])
    return bool(want == got)


def _lists(want: Mapping[str, Any], out: Mapping[str, Any]) -> Iterator[str]:
    found = {
        "rules": out["rules"],
        "actions": [one["id"] for one in out["actions"]],
        "forbidden": [one["id"] for one in out["forbidden"]],
        "missing": out["missing"],
        "modifiers": out["risk"]["modifiers"],
    }
    for name, ids in found.items():
        tails = {*ids, *(path.rpartition(".")[2] for path in ids)}
        tails |= {path.partition("].")[2] for path in ids}
        if lacking := set(want.get(f"{name}_all", [])) - tails:
            yield f"{name} lack {sorted(lacking)}"
        if extra := set(want.get(f"{name}_none", [])) & tails:
            yield f"{name} must not have {sorted(extra)}"
        options = set(want.get(f"{name}_any", []))
        if options and not options & tails:
            yield f"{name} have none of {sorted(options)}"


def _risk(want: Mapping[str, Any], risk: Mapping[str, Any]) -> Iterator[str]:
    if "risk_total" in want and risk["total"] != want["risk_total"]:
        yield f"total {risk['total']}"
    if "risk_final" in want and risk["category"] != want["risk_final"]:
        yield f"category {risk['category']}"
    for profile, category in want.get("risk_categories", {}).items():
        if risk["categories"].get(profile) != category:
            yield f"{profile}: {risk['categories'].get(profile)}"


def _qsofa(want: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[str]:
    for key in ("score", "complete"):
        if key in want and got[key] != want[key]:
            yield f"qsofa {key} {got[key]}"
    if "score_min" in want and (got["score"] or 0) < want["score_min"]:
        yield f"qsofa score {got['score']}"


KNOWN = {
    "urgency_ok", "review_required", "actions_not_first", "lesions", "risk_total", "risk_final",
    "risk_categories", "qsofa", "text_none",
    *(f"{name}_{how}" for name in LISTS for how in ("all", "any", "none")),
}  # fmt: skip
