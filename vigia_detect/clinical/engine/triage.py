"""Fires the triage rules. The urgency is the highest of all; nothing lowers it (facts.md D)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from vigia_detect.clinical.engine.lesions import Found
from vigia_detect.clinical.engine.scope import CaseScope, known
from vigia_detect.clinical.rule_set import Rule, RuleSet
from vigia_detect.domain.logic import Judgement, Truth
from vigia_detect.domain.triage import Urgency, most_urgent

DOUBT = "D-C"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule and whether it fires.

    Attributes:
        urgency: its own, or that of the model's worst plausible candidate if it asks for that.
    """

    rule: Rule
    judged: Judgement
    urgency: Urgency

    @property
    def fires(self) -> bool:
        """Whether the rule is known to hold."""
        return self.judged.is_true


@dataclass(frozen=True, slots=True)
class Triage:
    """All rules with their verdicts, and the urgency."""

    verdicts: tuple[Verdict, ...]
    urgency: Urgency

    @property
    def fired(self) -> tuple[Verdict, ...]:
        """The rules that fire, the most urgent first."""
        return tuple(verdict for verdict in self.verdicts if verdict.fires)

    @property
    def doubt(self) -> bool:
        """Whether a rule about doubt fires (facts.md D.5)."""
        return any(verdict.rule.id.startswith(DOUBT) for verdict in self.fired)


def triage(
    case: CaseScope, lesions: Sequence[Found], rules: RuleSet, not_obtained: Collection[str] = ()
) -> Triage:
    """Judge all rules and leave in the case what later conditions ask of them.

    Args:
        case: the case, with its lesions and its risk worked out.
        lesions: what is proposed for them.
        rules: the rule set.
        not_obtained: fields that somebody asked for in vain. An alarm that hangs on nothing else
            is not left in the routine queue.
    """
    alarms = [_verdict(rule, case, lesions, rules) for rule in rules.rules if _is_alarm(rule)]
    red_flags = [one for one in alarms if one.fires and one.rule.data.red_flag]
    case.learn({"red_flag": known(bool(red_flags))})
    others = [_verdict(rule, case, lesions, rules) for rule in rules.rules if not _is_alarm(rule)]
    found = tuple(alarms + others)
    in_vain = [one for one in alarms if not one.fires and _hangs_on(one.judged, not_obtained)]
    urgency = most_urgent(
        *(one.urgency for one in found if one.fires),
        *(rules.protocol_notes.unknown_after_asking for _ in in_vain),
    )
    result = Triage(found, urgency)
    case.learn({"doubt_fired": known(result.doubt), "urgency": known(urgency.value)})
    return result


def _hangs_on(judged: Judgement, asked: Collection[str]) -> bool:
    return judged.truth is Truth.UNKNOWN and bool(judged.open) and judged.open <= set(asked)


def _is_alarm(rule: Rule) -> bool:
    return rule.urgency is not Urgency.ROUTINE


def _verdict(rule: Rule, case: CaseScope, lesions: Sequence[Found], rules: RuleSet) -> Verdict:
    judged = rule.when.judge(case)
    raised = [
        rules.classes.classes[name].urgency
        for found in lesions
        if rule.raises is not None and rule.raises.judge(found.scope).is_true
        for name in found.photo.plausible
    ]
    return Verdict(rule, judged, most_urgent(rule.urgency, *raised))
