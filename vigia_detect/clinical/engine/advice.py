"""What to do and what not to do: from the rules that fired and from the protocol."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vigia_detect.clinical.engine.scope import CaseScope
from vigia_detect.clinical.engine.triage import Triage
from vigia_detect.clinical.evidence import Evidence
from vigia_detect.clinical.inputs.codes import Lang
from vigia_detect.clinical.output import Action, EvidenceShown, ForbiddenAction
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.domain.triage import Urgency

TO_VERIFY = {"es": "grado por verificar", "en": "grade to be verified"}
LOCAL_POLICY = {"es": "política local por fijar", "en": "local policy to be set"}
NO_GRADE = {"es": "sin grado", "en": "no grade"}


@dataclass(frozen=True, slots=True)
class Asked:
    """An action, and what asks for it."""

    id: str
    urgency: Urgency
    because: str


def actions(
    case: CaseScope, triage: Triage, rules: RuleSet, lang: Lang, *, injury: bool
) -> tuple[Action, ...]:
    """Return the actions, the most urgent first and each once.

    Args:
        case: the case, with class, risk and urgency worked out.
        triage: the rules that fired.
        rules: the rule set.
        lang: language of the texts.
        injury: whether a lesion is proposed as a pressure injury.
    """
    notes = rules.protocol_notes
    asked: dict[str, list[Asked]] = {}
    for one in (*_by_rules(case, triage), *_by_protocol(case, rules)):
        if injury or one.id not in notes.only_for_pressure_injuries:
            asked.setdefault(one.id, []).append(one)
    held_back = notes.never_first if triage.urgency is Urgency.EMERGENCY else ()
    order = sorted(asked, key=lambda name: (name in held_back, -_rank(asked[name])))
    return tuple(_action(name, asked[name], rules, lang) for name in order)


def _by_rules(case: CaseScope, triage: Triage) -> Iterator[Asked]:
    for verdict in triage.fired:
        rule = verdict.rule
        for name in rule.data.do:
            yield Asked(name, verdict.urgency, rule.id)
        for when, more in rule.also:
            if when.judge(case).is_true:
                yield from (Asked(name, verdict.urgency, rule.id) for name in more)


def _by_protocol(case: CaseScope, rules: RuleSet) -> Iterator[Asked]:
    for step in rules.protocol:
        if step.when.judge(case).is_true:
            yield from (Asked(name, Urgency.ROUTINE, step.id) for name in step.do)


def _rank(asked: Sequence[Asked]) -> int:
    return max(one.urgency.rank for one in asked)


def _action(name: str, asked: Sequence[Asked], rules: RuleSet, lang: Lang) -> Action:
    data = rules.actions[name]
    numbers = {key: f"{limit.value:g}" for key, limit in rules.limits.items()}
    text: str = getattr(data, lang)
    return Action(
        id=name,
        text=text.format(**numbers),
        urgency=max((one.urgency for one in asked), key=lambda level: level.rank),
        because=tuple(dict.fromkeys(one.because for one in asked)),
        evidence=shown(data.evidence, lang),
    )


def forbidden(
    case: CaseScope, actions: Sequence[Action], rules: RuleSet, lang: Lang
) -> tuple[ForbiddenAction, ...]:
    """Return what must not be done in this case."""
    listed = {action.id for action in actions}
    return tuple(
        ForbiddenAction(
            id=one.id, text=getattr(one.data, lang), evidence=shown(one.data.evidence, lang)
        )
        for one in rules.forbidden
        if one.data.with_action in listed or (one.when is not None and one.when.judge(case).is_true)
    )


def shown(evidence: Evidence, lang: Lang) -> EvidenceShown:
    """Return evidence as a reader sees it: what nobody has verified never shows a grade."""
    if evidence.verified:
        note = NO_GRADE[lang] if evidence.grade == "ungraded" else ""
        return EvidenceShown(source=evidence.source, grade=evidence.grade, verified=True, note=note)
    note = TO_VERIFY[lang] if evidence.verified is False else LOCAL_POLICY[lang]
    return EvidenceShown(source=evidence.source, grade="to_verify", verified=False, note=note)
