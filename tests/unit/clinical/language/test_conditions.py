from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigia_detect.clinical.language.grammar import ConditionError, Vocabulary, read_condition
from vigia_detect.clinical.language.reading import Reading, Scope
from vigia_detect.domain.logic import Judgement, Truth

YES_NO = frozenset({"true", "false"})
COLOURS = frozenset({"red", "pink", "black"})
NAMES = ("a", "b", "c", "d")
WORDS = Vocabulary(
    paths={
        **dict.fromkeys(NAMES, YES_NO),
        "n": frozenset(),
        "m": frozenset(),
        "colour": COLOURS,
        "many": COLOURS,
        "lesion.a": YES_NO,
    },
    lesion_paths=frozenset({"lesion.a"}),
    sets={"warm": frozenset({"red", "pink"})},
    limits={"low": 10},
)


@dataclass
class Case:
    values: dict[str, Any]
    inner: list["Case"] = field(default_factory=list)
    alternatives: bool = False
    partial: bool = False

    def read(self, path: str) -> Reading:
        here = frozenset({path})
        if path not in self.values:
            return Reading((), open=here)
        value = self.values[path]
        values = tuple(value) if isinstance(value, list) else (value,)
        return Reading(values, here, alternatives=self.alternatives, partial=self.partial)

    def lesions(self) -> Sequence[Scope]:
        return self.inner

    def recall(self, name: str, judge: Callable[[Scope], Judgement]) -> Judgement:
        del name
        return judge(self)


def judge(text: str, /, **values: Any) -> Judgement:
    return read_condition(text, WORDS, of_lesion=True).judge(Case(values))


@pytest.mark.parametrize(
    ("text", "values", "truth"),
    [
        ("a", {"a": True}, "true"),
        ("a", {}, "unknown"),
        ("not a", {}, "unknown"),
        ("a and b", {"a": False}, "false"),
        ("a or b", {"a": True}, "true"),
        ("a or b", {"a": False}, "unknown"),
        ("n < 10", {"n": 9.9}, "true"),
        ("n < limit.low", {"n": 10}, "false"),
        ("n <= limit.low", {"n": 10}, "true"),
        ("n - m >= 20", {"n": 120, "m": 100}, "true"),
        ("n - m >= 20", {"n": 120}, "unknown"),
        ("colour == red", {"colour": "red"}, "true"),
        ("colour != red", {"colour": "red"}, "false"),
        ("colour in warm", {"colour": "black"}, "false"),
        ("colour in {red, black}", {"colour": "black"}, "true"),
        ("colour not in warm", {"colour": "black"}, "true"),
        ("red in many", {"many": ("red",)}, "true"),
        ("red in many", {"many": ()}, "false"),
        ("red in many", {}, "unknown"),
        ("overlaps(many, warm)", {"many": ("pink", "black")}, "true"),
        ("at_least(2, a, b, c)", {"a": True, "b": True}, "true"),
        ("at_least(2, a, b, c)", {"a": True}, "unknown"),
        ("at_least(2, a, b, c)", {"a": False, "b": False}, "false"),
        ("known(n)", {}, "false"),
        ("known(n)", {"n": 0}, "true"),
        ("reported(a)", {}, "false"),
        ("stated(a)", {}, "false"),
        ("a == false", {"a": False}, "true"),
        ("a == false", {}, "unknown"),
        ("always", {}, "true"),
        ("never", {}, "false"),
    ],
)
def test_condition(text: str, values: dict[str, Any], truth: str) -> None:
    assert judge(text, **values).truth.value == truth


def test_the_worse_of_two_reported_values_counts() -> None:
    assert judge("n > 38", n=[36.5, 39]).is_true
    assert judge("a", a=[True, False]).is_true


def test_of_alternatives_only_what_all_say_is_known() -> None:
    case = Case({"colour": ["red", "black"]}, alternatives=True)
    for text, truth in [
        ("colour in {red, black}", "true"),
        ("colour == pink", "false"),
        ("colour == red", "unknown"),
    ]:
        node = read_condition(text, WORDS, of_lesion=True)
        assert node.judge(case).truth.value == truth


def test_a_partial_list_does_not_deny_its_absent_members() -> None:
    case = Case({"many": [("red",)]}, partial=True)
    assert read_condition("red in many", WORDS, of_lesion=True).judge(case).is_true
    assert read_condition("black in many", WORDS, of_lesion=True).judge(case).truth is Truth.UNKNOWN


def test_unknown_says_what_it_waits_for() -> None:
    assert judge("(a or b) and c", a=False).open == {"b", "c"}
    assert judge("a and b", a=False).open == frozenset()
    assert judge("reported(a)").open == {"a"}
    assert judge("stated(a)").open == frozenset()


def test_true_says_what_it_rests_on() -> None:
    assert judge("a or b", a=True, b=False).because == {"a"}
    assert judge("a and b", a=True, b=True).because == {"a", "b"}


def test_conditions_over_lesions() -> None:
    case = Case({}, inner=[Case({"lesion.a": False}), Case({"lesion.a": True})])
    assert read_condition("any_lesion(lesion.a)", WORDS, of_lesion=False).judge(case).is_true
    assert read_condition("every_lesion(lesion.a)", WORDS, of_lesion=False).judge(case).is_false
    empty = Case({})
    assert read_condition("any_lesion(lesion.a)", WORDS, of_lesion=False).judge(empty).is_false
    assert read_condition("every_lesion(lesion.a)", WORDS, of_lesion=False).judge(empty).is_false


@pytest.mark.parametrize(
    "text",
    [
        "a and",
        "unknown_word",
        "n",
        "colour == blue",
        "colour in cold",
        "n < limit.high",
        "n < 1 < 2",
        "n is 1",
        "open('x')",
        "a if b else c",
        "at_least(a, b)",
        "__import__('os')",
        "n == true",
        "(lambda: a)()",
        "a + b",
        "stated()",
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        read_condition(text, WORDS, of_lesion=True)


def test_a_lesions_field_must_be_asked_of_a_lesion() -> None:
    with pytest.raises(ConditionError, match="any_lesion"):
        read_condition("a and lesion.a", WORDS, of_lesion=False)
    words = Vocabulary(WORDS.paths, WORDS.lesion_paths)
    words.define("hidden", "lesion.a")
    with pytest.raises(ConditionError, match="any_lesion"):
        read_condition("a and hidden", words, of_lesion=False)
    assert read_condition("any_lesion(hidden)", words, of_lesion=False)


conditions = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} and {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} or {pair[1]})"),
        inner.map(lambda one: f"(not {one})"),
        st.tuples(inner, inner, inner).map(lambda three: f"at_least(2, {', '.join(three)})"),
    ),
    max_leaves=8,
)
partly = st.dictionaries(st.sampled_from(NAMES), st.booleans())


@settings(max_examples=300, deadline=None)
@given(conditions, partly)
def test_what_is_known_holds_whatever_the_unknown_turn_out_to_be(
    text: str, values: dict[str, bool]
) -> None:
    verdict = judge(text, **values)
    unknown = [name for name in NAMES if name not in values]
    worlds = [
        dict(zip(unknown, world, strict=True))
        for world in product([True, False], repeat=len(unknown))
    ]
    results = [judge(text, **values, **world).truth for world in worlds]
    if verdict.truth is not Truth.UNKNOWN:
        assert set(results) == {verdict.truth}
    for name in unknown:
        matters = any(
            judge(text, **values, **{**world, name: True}).truth
            is not judge(text, **values, **{**world, name: False}).truth
            for world in worlds
        )
        assert not matters or name in verdict.open
