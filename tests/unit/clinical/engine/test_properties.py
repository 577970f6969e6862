import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigia_detect.clinical import Assessment, assess, parse_case
from vigia_detect.clinical.output import Lesion
from vigia_detect.domain.triage import Urgency

from .documents import candidates, contexts, document, images

Context = dict[str, Any]
EXAMPLES = 40
slow = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

RED_FLAGS: list[tuple[str, str, Any]] = [
    ("lesion", "crepitus", True),
    ("lesion", "erythema_advancing", True),
    ("lesion", "fluctuance", True),
    ("lesion", "lymphangitis", True),
    ("lesion", "exudate_type", "purulent"),
    ("lesion", "exudate_type", "dishwater"),
    ("lesion", "bleeding", "pulsatile"),
    ("lesion", "odour", "foul"),
    ("lesion", "pain_0_10", 10),
    ("lesion", "pain_rising", True),
    ("lesion", "probe_to_bone", "positive"),
    ("lesion", "wet_gangrene", True),
    ("lesion", "new_necrosis", True),
    ("lesion", "airway_or_line_danger", True),
    ("vitals", "mental_state_new", True),
    ("vitals", "early_warning_trigger", True),
    ("vitals", "map_mmhg", 40),
    ("vitals", "resp_rate_per_min", 40),
    ("vitals", "temp_c", 40),
    ("symptoms", "chills", True),
    ("symptoms", "mottled_skin", True),
    ("symptoms", "severe_headache", True),
    ("labs", "lactate_mmol_l", 9),
    ("supports", "vasopressor_new", True),
]
REASSURING: list[tuple[str, str, Any]] = [
    ("vitals", "temp_c", 36.8),
    ("vitals", "sbp_mmhg", 125),
    ("vitals", "resp_rate_per_min", 14),
    ("vitals", "mental_state", "alert"),
    ("vitals", "mental_state_new", False),
    ("vitals", "map_mmhg", 85),
    ("labs", "lactate_mmol_l", 0.8),
    ("lesion", "base_visible", True),
    ("lesion", "odour", "none"),
    ("lesion", "exudate_type", "serous"),
    ("lesion", "exudate_amount", "none"),
    ("lesion", "skin_intact", True),
    ("lesion", "colour", "normal"),
    ("lesion", "probe_to_bone", "negative"),
    ("lesion", "bleeding", "none"),
    ("lesion", "pain_0_10", 0),
    ("lesion", "periwound_erythema_cm", 0),
    ("lesion", "distal_pulse", "present"),
    ("lesion", "fluctuance", False),
    ("setting", "prevention_plan_written", True),
]


def judge(context: Context, image: dict[str, Any] | None = None, lang: str = "es") -> Assessment:
    return assess(parse_case(document(context, image, lang)))


def rank(context: Context, image: dict[str, Any] | None = None) -> int:
    return Urgency(judge(context, image).urgency).rank


def with_value(context: Context, group: str, name: str, value: Any) -> Context:
    changed = copy.deepcopy(context)
    if group == "lesion":
        for lesion in changed.get("lesions", []):
            lesion[name] = value
    else:
        changed.setdefault(group, {})[name] = value
    return changed


@slow
@given(contexts, images)
def test_every_valid_case_gets_an_answer(context: Context, image: dict[str, Any] | None) -> None:
    found = judge(context, image)
    assert found.lesions
    assert found.disclaimer
    assert not any(
        action.evidence.grade == "to_verify" for action in found.actions if action.evidence.verified
    )
    again = Assessment.model_validate(found.model_dump(mode="json", by_alias=True))
    assert again == found


@slow
@given(contexts, st.sampled_from(RED_FLAGS))
def test_a_red_flag_never_lowers_the_urgency(context: Context, flag: tuple[str, str, Any]) -> None:
    group, name, value = flag
    before = with_value(context, group, name, None)
    assert rank(with_value(context, group, name, value)) >= rank(before)


@slow
@given(contexts, st.sampled_from(REASSURING))
def test_unknown_in_place_of_a_reassuring_value_never_lowers_the_urgency(
    context: Context, fact: tuple[str, str, Any]
) -> None:
    group, name, value = fact
    reassured = with_value(context, group, name, value)
    assert rank(with_value(context, group, name, None)) >= rank(reassured)


VITALS_TOWARD_DANGER = [
    ("temp_c", 37.0, 38.0, 41.0),
    ("resp_rate_per_min", 16, 22, 40),
    ("map_mmhg", 85, 64, 40),
    ("gcs", 15, 14, 5),
]


@slow
@given(contexts, st.sampled_from(VITALS_TOWARD_DANGER))
def test_a_vital_sign_toward_danger_never_lowers_the_urgency(
    context: Context, vital: tuple[str, float, float, float]
) -> None:
    name, *steps = vital
    ranks = [rank(with_value(context, "vitals", name, step)) for step in steps]
    assert ranks == sorted(ranks)


@slow
@given(contexts)
def test_a_falling_pressure_never_lowers_the_urgency(context: Context) -> None:
    context = with_value(context, "vitals", "baseline_sbp_mmhg", None)
    ranks = [rank(with_value(context, "vitals", "sbp_mmhg", step)) for step in (130, 101, 100, 70)]
    assert ranks == sorted(ranks)


@slow
@given(contexts, candidates)
def test_a_model_never_lowers_the_urgency(context: Context, said: dict[str, float]) -> None:
    assert rank(context, {"usable": True, "candidates": said}) >= rank(context)


@slow
@given(contexts, st.randoms(use_true_random=False))
def test_the_order_of_lesions_and_facts_changes_nothing(context: Context, random: Any) -> None:
    listed = context.get("lesions") or [{}]
    lesions = [{**lesion, "id": f"l{n}"} for n, lesion in enumerate(listed)]
    context = {**context, "lesions": lesions}
    order = list(range(len(lesions)))
    random.shuffle(order)
    items = list(context.items())
    random.shuffle(items)
    mixed = {**dict(items), "lesions": [dict(reversed(lesions[n].items())) for n in order]}
    one, other = judge(context), judge(mixed)
    assert [unplaced(other.lesions[order.index(n)]) for n in range(len(order))] == [
        unplaced(lesion) for lesion in one.lesions
    ]
    assert (one.urgency, set(one.rules), one.risk, one.qsofa) == (
        other.urgency,
        set(other.rules),
        other.risk,
        other.qsofa,
    )
    assert {action.id for action in one.actions} == {action.id for action in other.actions}


@slow
@given(contexts, images)
def test_the_language_changes_only_words(context: Context, image: dict[str, Any] | None) -> None:
    context = {**context, "notes": None}
    spanish, english = judge(context, image, "es"), judge(context, image, "en")
    words = {"text", "class_text", "note", "disclaimer", "contact"}
    assert without(spanish.model_dump(), words) == without(english.model_dump(), words)


def unplaced(lesion: Lesion) -> Any:
    """A lesion without the paths of its findings, which say where in the list it stands."""
    return without(lesion.model_dump(), {"path", "because"})


def without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: without(one, names) for name, one in value.items() if name not in names}
    return [without(one, names) for one in value] if isinstance(value, list | tuple) else value
