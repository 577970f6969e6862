"""The medicine: versioned data, its loaders, and the engine that applies it."""

from vigia_detect.clinical.engine.assess import assess, score_risk
from vigia_detect.clinical.inputs.case import CaseInput
from vigia_detect.clinical.inputs.parse import parse_case, parse_context
from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.loading import load_rules
from vigia_detect.clinical.output import Assessment, Risk
from vigia_detect.clinical.rule_set import RuleSet

__all__ = [
    "Assessment",
    "CaseInput",
    "PatientContext",
    "Risk",
    "RuleSet",
    "assess",
    "load_rules",
    "parse_case",
    "parse_context",
    "score_risk",
]
