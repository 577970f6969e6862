"""A class that a clinician gave on review: it gives the lesion's class, and lowers nothing."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigia_detect.clinical import Assessment, assess, parse_case
from vigia_detect.clinical.inputs.codes import CandidateClass
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import InvalidContextError

from .documents import contexts

CLASSES = get_args(CandidateClass)
GRAVE = ("stage_3", "stage_4", "unstageable", "dtpi")


def judged(
    context: dict[str, Any], said: dict[str, str] | None, image: dict[str, Any] | None = None
) -> Assessment:
    return assess(
        parse_case(
            {
                "patient_code": "P",
                "patient_context": context,
                "image_analysis": image,
                "clinician_classes": said,
            }
        )
    )


@pytest.mark.parametrize("class_", CLASSES)
def test_the_class_of_a_lesion_that_nobody_described(class_: str) -> None:
    found = judged({}, {"1": class_}, {"usable": False, "problems": ["blur"]})
    (lesion,) = found.lesions
    assert (lesion.class_, lesion.certainty) == (class_, "to_confirm")
    assert found.urgency == (Urgency.URGENT if class_ in GRAVE else Urgency.ROUTINE)
    assert found.review_required


def test_it_comes_before_the_models_class() -> None:
    image = {"usable": True, "candidates": {"stage_2": 0.9}}
    assert judged({}, None, image).urgency == Urgency.ROUTINE
    found = judged({}, {"1": "stage_4"}, image)
    assert found.lesions[0].class_ == "stage_4"
    assert "stage_2" in found.lesions[0].candidates
    assert found.urgency == Urgency.URGENT
    assert "D-C6" in found.rules  # model and person disagree: that is shown


def test_where_findings_say_worse_both_count() -> None:
    seen = {"lesions": [{"id": "a", "visible_structures": ["bone"], "skin_intact": False}]}
    assert judged(seen, None).lesions[0].class_ == "stage_4"
    found = judged(seen, {"a": "stage_1"})
    assert found.lesions[0].class_ == "stage_1"
    assert found.lesions[0].certainty == "to_confirm"
    assert found.urgency == Urgency.URGENT


def test_an_injury_is_never_staged_down() -> None:
    known = {"lesions": [{"previous_max_stage": "stage_4"}]}
    assert judged(known, {"1": "stage_2"}).lesions[0].class_ == "stage_4"


def test_it_is_confirmed_by_the_finding_alone() -> None:
    red = {"skin_intact": True, "colour": "red"}
    assert judged({"lesions": [red]}, {"1": "stage_1"}).lesions[0].certainty == "to_confirm"
    touched = {"lesions": [{**red, "blanch_test": "negative"}]}
    assert judged(touched, {"1": "stage_1"}).lesions[0].certainty == "confirmed"


@settings(max_examples=60, deadline=None)
@given(context=contexts, class_=st.sampled_from(GRAVE))
def test_a_grave_class_never_makes_a_case_less_urgent(context: dict[str, Any], class_: str) -> None:
    try:
        before = judged(context, None)
    except InvalidContextError:
        return
    after = judged(context, {before.lesions[0].id: class_})
    assert after.urgency.rank >= before.urgency.rank
    assert after.review_required or not before.review_required


def test_it_is_about_a_lesion_of_the_case() -> None:
    with pytest.raises(InvalidContextError, match=r"clinician_classes\[1\]: no lesion") as raised:
        judged({"lesions": [{"id": "a"}]}, {"a": "stage_1", "Ana": "stage_2"})
    assert "Ana" not in str(raised.value)


def test_no_other_word_is_a_class() -> None:
    with pytest.raises(InvalidContextError, match="clinician_classes"):
        judged({}, {"1": "indeterminate"})
