from vigia_detect.clinical import RuleSet
from vigia_detect.domain.case import CaseFile, JsonObject, StageOutput, StageResults, Verdict
from vigia_detect.domain.escalation import AlertKind, AlertRequest
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.triage import Urgency
from vigia_detect.stages.medical_analysis import MedicalAnalysis

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
        alerts = (AlertRequest(kind, rules),) if kind else ()
        made_by = {"rules": self._rules.version}
        return StageOutput(result, alerts, Verdict(urgency, review), made_by=made_by)


def _items(result: JsonObject, key: str) -> list[object]:
    value = result[key]
    return list(value) if isinstance(value, list) else []
