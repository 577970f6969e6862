"""Definitions are judged once for each state of a case, and again when something is new."""

from typing import Any

import pytest

from vigia_detect.clinical import assess, parse_case
from vigia_detect.clinical.engine.facts import Facts
from vigia_detect.clinical.engine.scope import CaseScope, LesionScope, known
from vigia_detect.clinical.language.nodes import Defined
from vigia_detect.clinical.loading import load_rules
from vigia_detect.clinical.vocabulary import vocabulary
from vigia_detect.domain.logic import NEVER, Judgement


def words() -> dict[str, Any]:
    made = vocabulary(
        classes=("stage_1", "stage_2"),
        flags=(),
        risk_levels=(),
        sets={},
        limits={},
        definitions={"any_stage_2": "any_lesion(lesion_class == stage_2)"},
    )
    return dict(made.definitions)


def test_what_a_lesion_learns_changes_the_judgement_of_the_case() -> None:
    case = CaseScope(Facts({}))
    case.seen = [LesionScope(case, Facts({}), "lesions[0]") for _ in range(2)]
    condition = words()["any_stage_2"]
    assert not condition.judge(case).is_true
    assert not condition.judge(case.seen[0]).is_true
    case.seen[1].learn({"lesion_class": known("stage_2")})
    assert condition.judge(case).is_true
    assert condition.judge(case.seen[0]).is_true


def test_a_definition_is_judged_once_while_nothing_is_new() -> None:
    class Counted:
        times = 0

        def judge(self, scope: object) -> Judgement:
            del scope
            self.times += 1
            return NEVER

    case, counted = CaseScope(Facts({})), Counted()
    node = Defined("x", counted)
    assert node.judge(case) == node.judge(case) == NEVER
    assert counted.times == 1
    case.learn({})
    node.judge(case)
    assert counted.times == 2


@pytest.mark.parametrize("first", [{}, {"lesions": [{"site": "heel"}]}])
def test_one_case_leaves_nothing_behind_for_the_next(first: dict[str, Any]) -> None:
    rules = load_rules()
    document = {"patient_code": "P", "patient_context": {"vitals": {"sbp_mmhg": 80}}}
    alone = assess(parse_case(document), rules)
    assess(parse_case({"patient_code": "Q", "patient_context": first}), rules)
    assert assess(parse_case(document), rules) == alone
