"""Whether a result may be worse than it looks: only what is known to be mild is not."""

import pytest

from vigia_detect.clinical import load_rules
from vigia_detect.clinical.vocabulary import BLANCHABLE
from vigia_detect.domain.case import Json, JsonObject
from vigia_detect.domain.triage import Urgency
from vigia_detect.stages.triage import may_be_grave

RULES = load_rules()
MILD = ["stage_1", "stage_2", "mucosal", "no_lesion_seen", "not_a_pressure_injury_suspected"]
UNKNOWN = ["indeterminate", "image_unusable"]
GRAVE = [name for name, data in RULES.classes.classes.items() if data.urgency != Urgency.ROUTINE]


def assessment(class_: str, *candidates: str, rules: tuple[str, ...] = ()) -> JsonObject:
    others: list[Json] = list(candidates)
    fired: list[Json] = list(rules)
    return {"lesions": [{"class": class_, "candidates": [class_, *others]}], "rules": fired}


def test_every_class_is_of_one_kind() -> None:
    assert sorted(MILD + UNKNOWN + GRAVE) == sorted(RULES.classes.classes)


@pytest.mark.parametrize("class_", MILD)
def test_a_mild_class_alone_is_mild(class_: str) -> None:
    assert not may_be_grave(assessment(class_, BLANCHABLE), RULES)


@pytest.mark.parametrize("class_", [*GRAVE, *UNKNOWN, "a class of tomorrow"])
def test_anything_else_may_be_grave(class_: str) -> None:
    assert may_be_grave(assessment(class_), RULES)
    assert may_be_grave(assessment("stage_2", class_), RULES)
    two = assessment("stage_2")
    two["lesions"] = [*two["lesions"], *assessment(class_)["lesions"]]  # type: ignore[misc]
    assert may_be_grave(two, RULES)


@pytest.mark.parametrize("rule", ["D-C1", "D-C7"])
def test_a_picture_that_said_nothing_is_unknown(rule: str) -> None:
    assert may_be_grave(assessment("stage_2", rules=(rule,)), RULES)
    assert any(rule == known.id for known in RULES.rules)


def test_no_lesion_at_all_is_unknown() -> None:
    assert may_be_grave({"lesions": [], "rules": []}, RULES)
