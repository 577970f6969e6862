from vigia_detect.clinical import RuleSet, assess, parse_case
from vigia_detect.domain.case import CaseFile, JsonObject, StageOutput, StageResults
from vigia_detect.domain.stages import Stage

IMAGE_FIELDS = frozenset({"usable", "problems", "candidates", "lesion_id", "error"})


class MedicalAnalysis:
    """Applies the clinical rules to what people and models reported."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, case: CaseFile, inputs: StageResults) -> StageOutput:
        """Return the assessment; a stage that failed is said to have failed (facts.md D-C7)."""
        document: JsonObject = {
            "patient_code": case.patient_code,
            "lang": case.lang,
            "patient_context": case.context,
            "image_analysis": _image_findings(inputs),
            "clinician_classes": case.clinician_classes,
        }
        found = assess(parse_case(document), self._rules)
        result = found.model_dump(mode="json", by_alias=True)
        return StageOutput(result, made_by={"rules": self._rules.identity})


def _image_findings(inputs: StageResults) -> JsonObject:
    found = inputs.get(Stage.IMAGE_ANALYSIS)
    if found is None:
        return {"error": "image_analysis_failed"}
    return {name: value for name, value in found.items() if name in IMAGE_FIELDS}
