from dataclasses import dataclass, field
from enum import StrEnum

KEPT = 200
"""How many findings are kept of each verdict; the rest is counted."""


class Problem(StrEnum):
    """What can be wrong with a trail."""

    MALFORMED = "malformed_line"
    WRONG_LOG = "wrong_log"
    CHANGED = "entry_changed"
    LOST = "entry_lost"
    REMOVED = "entries_removed"
    OUT_OF_ORDER = "out_of_order"
    BAD_CHECKPOINT = "bad_checkpoint"
    BAD_STAMP = "bad_timestamp"
    CHECKPOINT_REMOVED = "checkpoint_removed"
    REWRITTEN = "rewritten"
    CUT = "cut"
    NOT_COVERED = "not_covered"
    FILE_CHANGED = "file_changed"
    NOT_PROVED = "not_proved"
    FOREIGN = "foreign"
    PART_CHANGED = "part_changed"
    BAD_SEAL = "bad_seal"
    DIFFERS = "content_differs"
    MISSING_CONTENT = "missing_content"
    NO_ENTRY = "no_entry"
    NO_REASON = "no_reason"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where.

    Attributes:
        first: position of the first entry that may be concerned; None when it is not about one.
        last: position of the last one.
        line: of the export, from 1.
        about: an entry's kind and subject, or a reason in short.
    """

    problem: Problem
    first: int | None = None
    last: int | None = None
    line: int | None = None
    about: str = ""


@dataclass(slots=True)
class Verdict:
    """One of the two verdicts."""

    findings: list[Finding] = field(default_factory=list)
    more: int = 0

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def add(self, finding: Finding) -> None:
        """Keep a finding, or count it when there are too many."""
        if len(self.findings) < KEPT:
            self.findings.append(finding)
        else:
            self.more += 1
