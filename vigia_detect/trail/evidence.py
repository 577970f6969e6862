"""Checks an evidence bundle with nothing but the file, a public key and a checkpoint at hand."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vigia_detect.trail.announced import follow
from vigia_detect.trail.completeness import Claims, Completeness, of_entry
from vigia_detect.trail.evidence_contents import (
    Attested,
    Differs,
    attested,
    check_content,
    check_image,
    disagreements,
)
from vigia_detect.trail.evidence_lines import FORMATS, BadBundleError, Bundle, read_bundle
from vigia_detect.trail.evidence_summary import ERASED, Entry, of_kind, summary_of
from vigia_detect.trail.files import kept_checkpoint
from vigia_detect.trail.findings import Finding, Problem, Verdict
from vigia_detect.trail.implied import implied
from vigia_detect.trail.lines import to_line
from vigia_detect.trail.merkle import leaf_hash
from vigia_detect.trail.note import (
    BadNoteError,
    Checkpoint,
    PublicKey,
    open_note,
)
from vigia_detect.trail.proofs import extends, includes

WRONG = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What a document raises that has another form than it should."""


@dataclass(slots=True)
class EvidenceReport:
    """What was found.

    Attributes:
        case: its id, as the bundle says.
        outside_key: whether the key came from elsewhere. Without one, the bundle was only found
            consistent: whoever wrote a false one could have signed it with a key of their own.
        compared: whether a checkpoint kept elsewhere promises the same trail.
        unproved: contents that no entry attests, as they are from before entries did.
        not_included: what the bundle says that it leaves out, and why.
    """

    integrity: Verdict = field(default_factory=Verdict)
    completeness: Verdict = field(default_factory=Verdict)
    case: str = ""
    entries: int = 0
    checkpoint: Checkpoint | None = None
    outside_key: bool = False
    compared: bool = False
    unproved: list[str] = field(default_factory=list)
    not_included: Mapping[str, Any] = field(default_factory=dict)

    def find(self, problem: Problem, about: str = "", *, at: int | None = None) -> None:
        """Add a finding about integrity, and at which entry."""
        self.integrity.add(Finding(problem, at, at, about=about))


def check_bundle(
    path: Path, keys: Collection[PublicKey] = (), kept: Path | None = None
) -> EvidenceReport:
    """Check a bundle.

    Args:
        path: the file.
        keys: whose signatures count, from elsewhere; the bundle's own key when there are none.
        kept: a checkpoint kept elsewhere, or a folder of them.

    Raises:
        OSError: a file cannot be read.
        BadNoteError: `kept` is no checkpoint of these keys, or cannot be compared with.
    """
    report = EvidenceReport(outside_key=bool(keys))
    try:
        with path.open("rb") as file:
            bundle = read_bundle(file)
        counted = _check(report, bundle, keys)
    except BadBundleError as error:
        finding = Finding(Problem.MALFORMED, line=error.line, about=error.about)
        report.integrity.add(finding)
        report.completeness.add(finding)  # not looked at is not good
    else:
        if kept is not None and report.checkpoint is not None:
            size = report.checkpoint.size
            _compare(report, bundle, report.checkpoint, kept_checkpoint(kept, counted, size))
    return report


def _check(
    report: EvidenceReport, bundle: Bundle, keys: Collection[PublicKey]
) -> Collection[PublicKey]:
    """Check all but what is kept elsewhere; return the keys that have counted."""
    report.case = str(bundle.manifest.get("case"))
    left_out = bundle.manifest.get("not_included")
    report.not_included = left_out if isinstance(left_out, dict) else {}
    _check_manifest(report, bundle)
    counted = _check_signatures(report, bundle, keys)
    entries = list(_proved(report, bundle))
    report.entries = len(entries)
    try:
        _check_summary(report, bundle, entries)
        _check_contents(report, bundle, entries)
    except WRONG:
        report.find(Problem.MALFORMED, "entry")
    _check_completeness(report, bundle)
    return counted


def _check_manifest(report: EvidenceReport, bundle: Bundle) -> None:
    said = bundle.manifest.get("parts")
    said = said if isinstance(said, dict) else {}
    for part in sorted(said.keys() | bundle.digests.keys()):
        if to_line({"": said.get(part)}) != to_line({"": bundle.digests.get(part)}):
            report.find(Problem.PART_CHANGED, part)


def _check_signatures(
    report: EvidenceReport, bundle: Bundle, keys: Collection[PublicKey]
) -> Collection[PublicKey]:
    try:
        first = keys or [PublicKey.parse(bundle.key)]
    except BadNoteError as error:
        report.find(Problem.BAD_SEAL, str(error))
        return ()
    try:
        found, chain = follow(first, bundle.announced, bundle.checkpoint)
    except BadNoteError as error:
        report.find(Problem.BAD_CHECKPOINT, str(error))
        _check_seal(report, bundle, first)
        return first
    if found.origin not in {key.name for key in first}:
        report.find(Problem.WRONG_LOG)
    report.checkpoint = found
    _check_seal(report, bundle, chain.counting)
    return chain.keys


def _check_seal(report: EvidenceReport, bundle: Bundle, keys: Collection[PublicKey]) -> None:
    try:
        if open_note(bundle.seal, keys) != bundle.text:
            report.find(Problem.BAD_SEAL)
    except BadNoteError as error:
        report.find(Problem.BAD_SEAL, str(error))


def _proved(report: EvidenceReport, bundle: Bundle) -> Iterator[Entry]:
    """Yield the entries, and say of each whether it is where the checkpoint promises."""
    subjects, promised, before = _subjects(bundle), report.checkpoint, -1
    for one in bundle.entries:
        if one.position <= before:
            report.find(Problem.OUT_OF_ORDER, at=one.position)
        before = max(before, one.position)
        if promised is not None and not includes(
            leaf_hash(one.data), one.position, promised.size, one.proof, promised.root
        ):
            report.find(Problem.NOT_PROVED, at=one.position)
        try:
            entry = json.loads(one.data)
            if entry["subject"] not in subjects:
                report.find(Problem.FOREIGN, str(entry["subject"]), at=one.position)
            yield entry
        except WRONG:
            report.find(Problem.MALFORMED, at=one.position)


def _subjects(bundle: Bundle) -> set[str]:
    """Return the case and its alerts."""
    rows = [state.get("row") for state in bundle.states if state.get("table") == "alerts"]
    found = {str(row.get("id")) for row in rows if isinstance(row, dict)}
    return found | {str(bundle.manifest.get("case"))}


def _check_summary(report: EvidenceReport, bundle: Bundle, entries: Sequence[Entry]) -> None:
    if to_line({"": summary_of(entries)}) != to_line({"": bundle.summary}):
        report.find(Problem.DIFFERS, "summary")
    for about in disagreements(entries):
        report.find(Problem.DIFFERS, about)


def _check_contents(report: EvidenceReport, bundle: Bundle, entries: Sequence[Entry]) -> None:
    known, shown = attested(report.case, entries), set()
    for content in bundle.contents:
        name = str(content.get("name"))
        if name in shown:
            report.find(Problem.DIFFERS, name)
        shown.add(name)
        _check_content(report, content, known)
    try:
        if bundle.image is not None:
            check_image(bundle.image, entries)
    except Differs as error:
        report.find(Problem.DIFFERS, str(error))
    if report.not_included.get("contents") == "erased" and not of_kind(entries, ERASED):
        report.find(Problem.DIFFERS, ERASED)
    for name in sorted(known.keys() - shown - report.not_included.keys()):
        if "contents" not in report.not_included:
            report.find(Problem.MISSING_CONTENT, name)


def _check_content(
    report: EvidenceReport, content: Mapping[str, Any], known: Mapping[str, Attested]
) -> None:
    name = str(content.get("name"))
    try:
        if not check_content(content, known):
            report.unproved.append(name)
    except WRONG:
        report.find(Problem.DIFFERS, name)


def _check_completeness(report: EvidenceReport, bundle: Bundle) -> None:
    """Compare the case's states with its entries, as `vigia audit verify` does with all."""
    found = Completeness()
    try:
        cases = [one["row"]["id"] for one in bundle.states if one["table"] == "cases"]
        if cases != [report.case]:
            report.find(Problem.FOREIGN, "cases")
        claims = list(_claims(bundle))
        found.add(claims)
        report.completeness = found.verdict(lambda: claims)
    except WRONG:
        report.find(Problem.MALFORMED, "state")


def _claims(bundle: Bundle) -> Claims:
    form = FORMATS[bundle.manifest["format"]]
    for one in bundle.entries:
        yield from of_entry(one.data, form)
    for state in bundle.states:
        claims = implied(state["table"], state["row"], form)
        yield from ((text, -times) for text, times in claims)


def _compare(report: EvidenceReport, bundle: Bundle, ours: Checkpoint, known: Checkpoint) -> None:
    """Compare with a checkpoint kept elsewhere. Raises BadNoteError when that cannot be done."""
    report.compared = True
    if known.size == ours.size:
        if known.root != ours.root:
            report.find(Problem.REWRITTEN)
        return
    proofs = [proof for size, proof in bundle.extends if size == known.size]
    if not proofs:
        raise BadNoteError(
            "the bundle's checkpoint is over {ours} entries, the one kept elsewhere over "
            "{known}, and the bundle has no proof from one to the other: have it written "
            "with --extends, or use the checkpoint of the same size",
            ours=ours.size,
            known=known.size,
        )
    if not any(extends(known.size, known.root, ours.size, ours.root, one) for one in proofs):
        report.find(Problem.REWRITTEN)
