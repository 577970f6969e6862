"""The assessment of a case: pure, without image, broker or database."""

from collections.abc import Mapping, Sequence

from vigia_detect.clinical.engine import advice, explain
from vigia_detect.clinical.engine.classify import CLINICIAN
from vigia_detect.clinical.engine.lesions import Found, examine
from vigia_detect.clinical.engine.missing import missing
from vigia_detect.clinical.engine.qsofa import qsofa, unknown_points
from vigia_detect.clinical.engine.risk import rate
from vigia_detect.clinical.engine.scope import known
from vigia_detect.clinical.engine.setup import Prepared, prepare
from vigia_detect.clinical.engine.triage import Triage, triage
from vigia_detect.clinical.inputs.case import CaseInput, ImageAnalysis
from vigia_detect.clinical.inputs.codes import Lang
from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.loading import load_rules
from vigia_detect.clinical.output import (
    Action,
    Assessment,
    Explanation,
    Lesion,
    ModifierApplied,
    NoteRead,
    Risk,
    RuleSetUsed,
)
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.clinical.wound_scales import cl_wound_diagram_grade
from vigia_detect.domain.triage import Urgency


def assess(case: CaseInput, rules: RuleSet | None = None) -> Assessment:
    """Return what the rules say of a case.

    Args:
        case: context and, if a photo was analysed, the model's output.
        rules: the rule set; None for the one that comes with Vigia.

    Raises:
        ConfigurationError: the rule data is broken.
    """
    rules = rules or load_rules()
    image = case.image_analysis
    ready = prepare(case.patient_context, case.lang, image.lesion_id if image else None)
    said = case.clinician_classes or {}
    ready.case.learn({CLINICIAN: known(*said.values(), because=frozenset({CLINICIAN}))})
    lesions = _examine(ready, image, rules, said)
    rated = rate(case.patient_context, ready.case, rules)
    result = triage(ready.case, lesions, rules, ready.not_obtained)
    injury = any(_is_injury(found, rules) for found in lesions)
    actions = advice.actions(ready.case, result, rules, case.lang, injury=injury)
    review = (
        result.doubt or image is not None or any(one.certainty != "confirmed" for one in lesions)
    )
    modifiers = explain.modifiers(rated.judged, ready.case, rules, case.lang)
    return Assessment(
        case=case.patient_code,
        lesions=tuple(_lesion(found, ready, rules, case.lang) for found in lesions),
        risk=rated.risk,
        qsofa=qsofa(ready.case, rules),
        urgency=result.urgency,
        review_required=review,
        rules=tuple(verdict.rule.id for verdict in result.fired),
        actions=actions,
        forbidden=advice.forbidden(ready.case, actions, rules, case.lang),
        missing=missing(result, lesions, rated, unknown_points(ready.case, rules)),
        disclaimer=getattr(rules.texts.disclaimer, case.lang),
        contact=_contact(result.urgency, rules, case.lang),
        explanation=_explanation(case, ready, result, actions, modifiers),
        rule_set=RuleSetUsed(id=rules.id, version=rules.version, checksum=rules.checksum),
    )


def score_risk(context: PatientContext, rules: RuleSet | None = None) -> Risk:
    """Return the risk of a person; lesions count as the bedside findings class them.

    Raises:
        ConfigurationError: the rule data is broken.
    """
    rules = rules or load_rules()
    ready = prepare(context, "es")
    _examine(ready, None, rules, {})
    return rate(context, ready.case, rules).risk


def _examine(
    ready: Prepared, image: ImageAnalysis | None, rules: RuleSet, said: Mapping[str, str]
) -> tuple[Found, ...]:
    """Examine each lesion; the photo is of the one it names, else of the first."""
    pictured = image.lesion_id if image and image.lesion_id else ready.names[0]
    return tuple(
        examine(
            name,
            ready.lesions[index],
            bedside=ready.bedside.seen[index],
            everything=ready.case.seen[index],
            image=image if name == pictured else None,
            rules=rules,
            said=said.get(name),
        )
        for index, name in enumerate(ready.names)
    )


def _is_injury(found: Found, rules: RuleSet) -> bool:
    """Return whether a pressure injury is proposed, or nothing else is possible."""
    injuries = {name for name, data in rules.classes.classes.items() if data.injury}
    return found.class_ in injuries or (bool(found.candidates) and {*found.candidates} <= injuries)


def _lesion(found: Found, ready: Prepared, rules: RuleSet, lang: Lang) -> Lesion:
    push = found.push.score
    return Lesion(
        id=found.id,
        class_=found.class_,
        class_text=getattr(rules.classes.classes[found.class_], lang),
        certainty=found.certainty,
        flags=found.flags,
        candidates=found.candidates,
        push=push and push[1],
        push_range=push,
        cl_wound_diagram_grade=cl_wound_diagram_grade(found.wound_diagram_total, rules.scales),
        differentials=found.differentials,
        decided_by=found.proposal.row,
        because=explain.inputs(found.proposal.because, ready.case),
    )


def _contact(urgency: Urgency, rules: RuleSet, lang: Lang) -> str:
    if urgency in rules.contacts:
        return rules.contacts[urgency]
    text: str = getattr(rules.texts.contacts[urgency], lang)
    return text.format(**{name: f"{limit.value:g}" for name, limit in rules.limits.items()})


def _explanation(
    case: CaseInput,
    ready: Prepared,
    result: Triage,
    actions: Sequence[Action],
    modifiers: tuple[ModifierApplied, ...],
) -> Explanation:
    notes = case.patient_context.notes or ""
    return Explanation(
        rules=explain.fired(result, ready.case, actions, case.lang),
        modifiers=modifiers,
        would_change=explain.would_change(result, case.lang),
        notes_read=tuple(
            NoteRead(
                field=one.field,
                value=one.value,
                start=one.start,
                end=one.end,
                text=notes[one.start : one.end],
            )
            for one in ready.notes
        ),
        differences=ready.merged.differences,
        not_obtained=ready.not_obtained,
    )
