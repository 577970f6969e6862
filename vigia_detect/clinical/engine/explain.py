"""Why the answer is what it is: from input to rule to action, and what would change it."""

import re
from collections.abc import Mapping, Sequence

from vigia_detect.clinical.engine.advice import shown
from vigia_detect.clinical.engine.missing import askable
from vigia_detect.clinical.engine.scope import CaseScope
from vigia_detect.clinical.engine.triage import Triage, Verdict
from vigia_detect.clinical.inputs.codes import Lang
from vigia_detect.clinical.output import Action, Change, Input, ModifierApplied, RuleFired
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.domain.logic import NO_PATHS, Judgement

OF_LESION = re.compile(r"lesions\[(\d+)\]\.")


def fired(
    triage: Triage, case: CaseScope, actions: Sequence[Action], lang: Lang
) -> tuple[RuleFired, ...]:
    """Return each rule that fires with the inputs it rests on and the actions it asks for."""
    return tuple(_fired(verdict, case, actions, lang) for verdict in triage.fired)


def _fired(verdict: Verdict, case: CaseScope, actions: Sequence[Action], lang: Lang) -> RuleFired:
    rule = verdict.rule
    beside = NO_PATHS if rule.supports is None else rule.supports.judge(case).because
    supported = rule.supports is not None and rule.supports.judge(case).is_true
    return RuleFired(
        id=rule.id,
        urgency=verdict.urgency,
        text=getattr(rule.data.text, lang),
        because=inputs(verdict.judged.because, case),
        beside=inputs(beside, case) if supported else (),
        actions=tuple(action.id for action in actions if rule.id in action.because),
        evidence=shown(rule.data.evidence, lang),
    )


def modifiers(
    judged: Mapping[str, Judgement], case: CaseScope, rules: RuleSet, lang: Lang
) -> tuple[ModifierApplied, ...]:
    """Return what raises the risk with the inputs it rests on."""
    return tuple(
        ModifierApplied(
            id=one.id,
            text=getattr(one.data, lang),
            because=inputs(judged[one.id].because, case),
            evidence=shown(one.data.evidence, lang),
        )
        for one in rules.modifiers
        if judged[one.id].is_true
    )


def would_change(triage: Triage, lang: Lang) -> tuple[Change, ...]:
    """Return the rules that an answer to what is missing could still fire."""
    waiting = [one for one in triage.verdicts if not one.fires and askable(one.judged.open)]
    return tuple(
        Change(
            rule=one.rule.id,
            urgency=one.rule.urgency,
            text=getattr(one.rule.data.text, lang),
            inputs=tuple(askable(one.judged.open)),
        )
        for one in waiting
    )


def inputs(paths: frozenset[str], case: CaseScope) -> tuple[Input, ...]:
    """Return what was reported under these paths."""
    given = [Input(path=path, values=_values(path, case)) for path in sorted(paths)]
    return tuple(one for one in given if one.values)


def _values(path: str, case: CaseScope) -> tuple[bool | int | float | str | tuple[str, ...], ...]:
    place = OF_LESION.match(path)
    if place is None:
        return case.read(path).values
    lesions = [one for one in case.lesions() if one.place == f"lesions[{place[1]}]"]
    return lesions[0].read(OF_LESION.sub("lesion.", path)).values if lesions else ()
