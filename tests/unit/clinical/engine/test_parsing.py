from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigia_detect.clinical import assess, parse_case, parse_context
from vigia_detect.errors import InvalidContextError

from .documents import contexts, document, images

SECRET = "Juana Pérez 12.345.678-9"


def problems(context: dict[str, Any], **more: Any) -> dict[str, tuple[str, str]]:
    with pytest.raises(InvalidContextError) as caught:
        parse_case({"patient_code": "P", "patient_context": context, **more})
    return {one.path: (one.problem, one.allowed) for one in caught.value.problems}


@pytest.mark.parametrize(
    ("context", "path", "says"),
    [
        ({"vitals": {"temp_c": 98.6}}, "vitals.temp_c", "25 to 45"),
        ({"vitals": {"temp_c": "38,5"}}, "vitals.temp_c", "25 to 45"),
        ({"vitals": {"gcs": 14.5}}, "vitals.gcs", "3 to 15"),
        ({"vitals": {"gcs": True}}, "vitals.gcs", "3 to 15"),
        ({"vitals": {"mental_state": "lucid"}}, "vitals.mental_state", "alert, drowsy"),
        ({"vitals": {"temp": 37}}, "vitals.temp", "temp_c"),
        ({"temp_c": 37}, "temp_c", "vitals.temp_c"),
        ({"age": 75}, "age", "demographics.age_years"),
        ({"labs": {"albumin_g_dl": 35}}, "labs.albumin_g_dl", "0.5 to 7"),
        ({"scales": {"braden": {"friction_shear": 4}}}, "scales.braden.friction_shear", "1 to 3"),
        (
            {"scales": {"braden_q": {"friction_shear": 5}}},
            "scales.braden_q.friction_shear",
            "1 to 4",
        ),
        ({"lesions": [{"site": "sacro"}]}, "lesions[0].site", "sacrum"),
        ({"lesions": [{"skin_intact": "no"}]}, "lesions[0].skin_intact", "true, false"),
        ({"lesions": [{"length_cm": -1}]}, "lesions[0].length_cm", "at least 0"),
        ({"lesions": [{"pain_0_10": 11}]}, "lesions[0].pain_0_10", "0 to 10"),
        ({"lesions": [{"undermining_clock": "13-6"}]}, "lesions[0].undermining_clock", "3-6"),
        ({"lesions": [{"bed_tissue": ["slough"]}]}, "lesions[0].bed_tissue[0]", "object"),
        (
            {"lesions": [{"bed_tissue": [{"percent": 10}]}]},
            "lesions[0].bed_tissue[0].type",
            "slough",
        ),
        ({"lesions": [{}, {"id": "1"}]}, "lesions[1].id", "one id"),
        ({"lesions": {}}, "lesions", "list"),
        ({"conditions": ["diabetis"]}, "conditions[0]", "diabetes"),
        ({"conditions": [None]}, "conditions[0]", "diabetes"),
        ({"conditions": "diabetes"}, "conditions", "diabetes"),
        ({"spinal_injury_level": "T13"}, "spinal_injury_level", "T12"),
        ({"asked_not_obtained": ["vitals.rr"]}, "asked_not_obtained[0]", ""),
        ({"demographics": {"age_years": float("nan")}}, "demographics.age_years", "0 to 120"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed(
    context: dict[str, Any], path: str, says: str
) -> None:
    found = problems(context)
    assert f"patient_context.{path}" in found
    assert says in found[f"patient_context.{path}"][1]


def test_every_problem_is_named_at_once() -> None:
    found = problems({"vitals": {"temp_c": 98, "gcs": 1}, "sex": "x"}, lang="fr")
    assert {*found} == {
        "lang",
        "patient_context.vitals.temp_c",
        "patient_context.vitals.gcs",
        "patient_context.sex",
    }


@pytest.mark.parametrize(
    "image",
    [
        {"candidates": {"stage_1": 0.8, "stage_2": 0.3}},
        {"candidates": {"stage_9": 0.1}},
        {"candidates": {"indeterminate": 0.1}},
        {"candidates": {"stage_1": 1.1}},
        {"candidates": {"stage_1": -0.1}},
        {"problems": ["foggy"]},
        {"lesion_id": "nine"},
        {"confidence": 0.9},
    ],
)
def test_a_wrong_image_analysis_is_refused(image: dict[str, Any]) -> None:
    found = problems({"lesions": [{"id": "one"}]}, image_analysis=image)
    assert all(path.startswith("image_analysis") for path in found)


@pytest.mark.parametrize("code", ["", "a b", "ñ", "x" * 65, None, 7])
def test_a_wrong_patient_code_is_refused(code: Any) -> None:
    with pytest.raises(InvalidContextError, match="patient_code"):
        parse_case({"patient_code": code, "patient_context": {}})


def test_the_patients_words_are_never_repeated() -> None:
    for context in (
        {"vitals": {"mental_state": SECRET}},
        {"notes": {"text": SECRET}},
        {SECRET: 1},
        {"lesions": [{"site": SECRET, SECRET: SECRET}]},
        {"asked_not_obtained": [SECRET]},
        {"conditions": [SECRET]},
    ):
        with pytest.raises(InvalidContextError) as caught:
            parse_case({"patient_code": "P", "patient_context": context})
        assert "Pérez" not in str(caught.value)
        assert "345" not in str(caught.value)


def test_null_is_missing_everywhere() -> None:
    context = {"vitals": None, "lesions": [{"site": None, "bed_tissue": None}], "notes": None}
    case = parse_case({"patient_code": "P", "lang": None, "patient_context": context})
    assert case.lang == "es"
    assert assess(case).urgency == "routine"


def test_a_whole_number_may_be_written_with_a_point() -> None:
    case = parse_case({"patient_code": "P", "patient_context": {"vitals": {"gcs": 15.0}}})
    assert case.patient_context.vitals
    assert case.patient_context.vitals.gcs == 15


def test_short_form() -> None:
    context = parse_context({"age": 75, "diabetes": True, "copd": False, "temperature": 37})
    assert context.model_dump(mode="json", exclude_none=True) == {
        "demographics": {"age_years": 75.0},
        "conditions": ["diabetes"],
        "vitals": {"temp_c": 37.0},
    }


def test_a_denied_condition_alone_says_nothing_of_the_others() -> None:
    assert parse_context({"diabetes": False}).conditions is None


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"agee": 75}, "age"),
        ({"diabetes": "yes"}, "true or false"),
        ({"age": 75, "demographics": {"age_years": 80}}, "twice"),
        ({"age": 175}, "0 to 120"),
    ],
)
def test_a_wrong_short_form_is_refused(data: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidContextError, match=says):
        parse_context(data)


@settings(max_examples=80, deadline=None)
@given(contexts)
def test_a_context_written_out_is_read_again_the_same(context: dict[str, Any]) -> None:
    first = parse_context(context)
    assert parse_context(first.model_dump(mode="json", exclude_none=True)) == first


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)


def spoilt(value: Any, where: int, junk: Any) -> Any:
    """Put junk at one place of a document."""
    if isinstance(value, dict) and value:
        name = list(value)[where % len(value)]
        return {**value, name: spoilt(value[name], where // 3, junk)}
    if isinstance(value, list) and value:
        return [spoilt(value[0], where // 3, junk), *value[1:]]
    return junk


@settings(max_examples=250, deadline=None)
@given(contexts, images, st.integers(0, 10_000), JUNK)
def test_no_document_crashes_the_engine(
    context: dict[str, Any], image: dict[str, Any] | None, where: int, junk: Any
) -> None:
    with suppress(InvalidContextError):
        case = parse_case(spoilt(document(context, image), where, junk))
        assert assess(case).lesions


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["es", "en"]))
def test_no_note_crashes_the_engine(text: str, lang: str) -> None:
    case = parse_case({"patient_code": "P", "lang": lang, "patient_context": {"notes": text}})
    assert assess(case).lesions
