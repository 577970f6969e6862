"""qSOFA as far as it is known. It may raise an alarm; it never rules sepsis out."""

from vigia_detect.clinical.engine.scope import CaseScope
from vigia_detect.clinical.output import Qsofa
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.domain.logic import NO_PATHS, Truth

ITEMS = ("qsofa_resp", "qsofa_sbp", "qsofa_mind")


def qsofa(case: CaseScope, rules: RuleSet) -> Qsofa:
    """Return the points known to be there; none under 18, or when nothing is known."""
    words = rules.definitions
    judged = [words[name].judge(case) for name in ITEMS]
    known = [one for one in judged if one.truth is not Truth.UNKNOWN]
    child = words["under_18"].judge(case).is_true
    return Qsofa(
        score=sum(one.is_true for one in known) if known and not child else None,
        complete=len(known) == len(ITEMS),
    )


def unknown_points(case: CaseScope, rules: RuleSet) -> frozenset[str]:
    """Return what could change the score; nothing for a child, who has none."""
    words = rules.definitions
    if words["under_18"].judge(case).is_true:
        return NO_PATHS
    return NO_PATHS.union(*(words[name].judge(case).open for name in ITEMS))
