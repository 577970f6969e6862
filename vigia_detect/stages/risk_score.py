from vigia_detect.clinical import RuleSet, parse_context, score_risk
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults


class RiskScore:
    """Adds up the scales that people filled in; never guesses an item (facts.md B)."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, case: CaseFile, inputs: StageResults) -> StageOutput:
        """Return the risk part of the assessment; an incomplete scale has no total."""
        del inputs  # the first stage of its branch
        risk = score_risk(parse_context(case.context), self._rules)
        result = risk.model_dump(mode="json", by_alias=True)
        return StageOutput(result, made_by={"rules": self._rules.identity})
