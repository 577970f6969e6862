from vigia_detect.clinical import RuleSet
from vigia_detect.clinical.engine.lesions import NO_CLASS
from vigia_detect.clinical.vocabulary import BLANCHABLE
from vigia_detect.domain.case import CaseFile, JsonObject, StageOutput, StageResults, Verdict
from vigia_detect.domain.escalation import AlertKind, AlertRequest
from vigia_detect.domain.json_values import object_or_empty, objects
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.triage import Urgency
from vigia_detect.stages.medical_analysis import MedicalAnalysis

PICTURE_UNKNOWN = frozenset({"D-C1", "D-C7"})
"""Rules of facts.md D that fire when the picture cannot be used, or its analysis failed."""

ALERTS = {Urgency.EMERGENCY: AlertKind.EMERGENCY, Urgency.URGENT: AlertKind.URGENT}


class Triage:
    """Turns the assessment into an urgency, a need for review, and alerts."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, case: CaseFile, inputs: StageResults) -> StageOutput:
        """Return the verdict.

        When the medical analysis failed, the words and vitals alone are triaged, and a person
        must look whatever they say (facts.md D-C7).
        """
        assessment = inputs.get(Stage.MEDICAL_ANALYSIS)
        failed = assessment is None
        if assessment is None:
            assessment = MedicalAnalysis(self._rules)(case, {}).result
        urgency = Urgency(str(assessment["urgency"]))
        rules = tuple(str(rule) for rule in _items(assessment, "rules"))
        review = failed or assessment["review_required"] is not False
        kind = ALERTS.get(urgency)
        result: JsonObject = {
            "urgency": urgency.value,
            "review_required": review,
            "rules": list(rules),
            "from_words_alone": failed,
        }
        alerts = (AlertRequest(kind, alarms(assessment) or rules),) if kind else ()
        grave = failed or may_be_grave(assessment, self._rules)
        made_by = {"rules": self._rules.identity}
        return StageOutput(result, alerts, Verdict(urgency, review, grave), made_by=made_by)


def alarms(assessment: JsonObject) -> tuple[str, ...]:
    """Return the rules that ask for more than routine, each for itself.

    Only a new one of these is news to who has answered the alert: a doubt about the class is
    for the review queue, and rings for nobody a second time.
    """
    explained = objects(object_or_empty(assessment["explanation"]).get("rules"))
    return tuple(str(rule["id"]) for rule in explained if rule["urgency"] != Urgency.ROUTINE)


def may_be_grave(assessment: JsonObject, rules: RuleSet) -> bool:
    """Tell whether a class is possible that asks for more than routine by itself (facts.md D).

    Where no class is proposed, or the picture said nothing, any may be the right one.
    """
    if not PICTURE_UNKNOWN.isdisjoint(map(str, _items(assessment, "rules"))):
        return True
    classes = rules.classes.classes
    mild = {name for name, data in classes.items() if data.urgency is Urgency.ROUTINE}
    named = {
        str(one)
        for lesion in _items(assessment, "lesions")
        if isinstance(lesion, dict)
        for one in (lesion["class"], *lesion["candidates"])
    }
    return not named or not named <= (mild - {*NO_CLASS}) | {BLANCHABLE}


def _items(result: JsonObject, key: str) -> list[object]:
    value = result[key]
    return list(value) if isinstance(value, list) else []
