"""PUSH, RESVECH, BWAT and the Chilean wound diagram: the vectors of facts.md B.8 and A.6."""

import pytest

from vigia_detect.clinical.scales import load_scales, score_scale
from vigia_detect.clinical.wound_scales import area_points, cl_wound_diagram_grade, push_score
from vigia_detect.errors import InvalidContextError

EXUDATE = ("none", "light", "moderate", "heavy")
TISSUE = ("closed", "epithelial", "granulation", "slough", "eschar")


@pytest.mark.parametrize(
    ("length", "width", "exudate", "tissue", "score"),
    [
        (3.7, 3.1, 1, 3, 12),
        (3.3, 2.7, 1, 3, 12),
        (3.2, 2.9, 0, 2, 10),
        (3.2, 2.8, 0, 2, 10),
        (2.9, 1.9, 0, 1, 8),
        (4, 3, 2, 3, 13),
        (6, 4, 3, 4, 16),
        (5, 4.9, 3, 4, 17),
        (0, 0, 0, 0, 0),
        (2, 1, 0, 1, 5),
        (0.5, 0.5, 0, 1, 2),
    ],
)
def test_push_vectors(length: float, width: float, exudate: int, tissue: int, score: int) -> None:
    assert push_score(length, width, EXUDATE[exudate], [TISSUE[tissue]]) == score


@pytest.mark.parametrize(
    ("area", "points"),
    [
        *[(0.29, 1), (0.3, 2), (0.6, 2), (0.65, 3), (1.0, 3), (1.01, 4), (2, 4), (3, 5)],
        *[(4, 6), (8, 7), (12, 8), (24.0, 9), (24.01, 10), (2000, 10)],
    ],
)
def test_push_area_has_no_gaps_and_is_not_rounded(area: float, points: int) -> None:
    assert area_points("push", area, 1) == points


def test_an_area_of_exactly_a_limit_is_not_lost_to_binary_fractions() -> None:
    assert 0.2 * 3 > 0.6
    assert area_points("push", 0.2, 3) == 2


@pytest.mark.parametrize(
    ("tissue", "score"),
    [
        (["granulation", "eschar", "slough"], 9),
        (["granulation", "slough"], 8),
        (["dermis"], (6, 7)),
        (["dermis", "epithelial"], (6, 7)),
        (["dermis", "granulation"], 7),
        (["closed", "epithelial"], 6),
    ],
)
def test_push_takes_the_worst_tissue(tissue: list[str], score: int | tuple[int, int]) -> None:
    assert push_score(2, 1.5, "none", tissue) == score


@pytest.mark.parametrize(
    ("length", "width", "exudate", "tissue"),
    [
        (None, 1, "none", ["slough"]),
        (1, None, "none", ["slough"]),
        (1, 1, None, ["slough"]),
        (1, 1, "none", None),
        (1, 1, "none", []),
    ],
)
def test_push_is_none_when_anything_is_unknown(
    length: float | None, width: float | None, exudate: str | None, tissue: list[str] | None
) -> None:
    assert push_score(length, width, exudate, tissue) is None


def test_push_of_a_closed_wound_needs_no_measures() -> None:
    assert push_score(None, None, None, ["closed"]) == 0


@pytest.mark.parametrize(
    ("length", "width", "exudate", "tissue"),
    [
        (2, 1, "none", ["closed"]),
        (0, 0, "light", ["closed"]),
        (0, 0, "none", ["granulation"]),
    ],
)
def test_push_of_contradicting_answers_is_unknown(
    length: float, width: float, exudate: str, tissue: list[str]
) -> None:
    assert push_score(length, width, exudate, tissue) is None


@pytest.mark.parametrize(
    ("length", "exudate", "tissue", "field"),
    [
        (-1, "none", ["slough"], "length_cm"),
        (float("nan"), "none", ["slough"], "length_cm"),
        (float("inf"), "none", ["slough"], "length_cm"),
        (1, "wet", ["slough"], "exudate_amount"),
        (1, "none", ["bone"], "bed_tissue"),
    ],
)
def test_push_refuses_what_it_does_not_know(
    length: float, exudate: str, tissue: list[str], field: str
) -> None:
    with pytest.raises(InvalidContextError) as caught:
        push_score(length, 1, exudate, tissue)
    assert [problem.path for problem in caught.value.problems] == [field]


def test_push_has_three_items_and_neither_depth_nor_edges() -> None:
    push = load_scales().scales["push"]
    assert [item.name for item in push.items] == ["area", "exudate", "tissue"]
    assert push.range == (0, 17)


RESVECH = ("dimension", "depth", "edges", "bed", "exudate", "infection_signs")


@pytest.mark.parametrize(
    ("points", "total"),
    [
        ((0, 0, 0, 0, 0, 0), 0),
        ((2, 2, 2, 2, 0, 0), 8),
        ((3, 4, 4, 3, 2, 6), 22),
        ((6, 4, 4, 4, 3, 14), 35),
    ],
)
def test_resvech(points: tuple[int, ...], total: int) -> None:
    score = score_scale("resvech2", dict(zip(RESVECH, points, strict=True)))
    assert (score.total, score.categories) == (total, {})


@pytest.mark.parametrize(
    ("area", "points"),
    [(0, 0), (3.9, 1), (4, 2), (15.9, 2), (16, 3), (36, 4), (64, 5), (99.9, 5), (100, 6)],
)
def test_resvech_dimension(area: float, points: int) -> None:
    assert area_points("resvech2", area, 1) == points


@pytest.mark.parametrize(
    ("area", "points"),
    [(0.5, 1), (3.9, 1), (4, 2), (16, 2), (16.05, 3), (36, 3), (64, 4), (64.1, 5)],
)
def test_bwat_size(area: float, points: int) -> None:
    assert area_points("bwat", area, 1) == points


def test_bwat_has_thirteen_items_no_wording_and_no_bands() -> None:
    scales = load_scales()
    bwat = scales.data["bwat"]
    assert len(bwat.items) == 13
    assert scales.scales["bwat"].range == (13, 65)
    assert all(item.label is None and not item.anchors for item in bwat.items.values())
    assert bwat.profiles == {}


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        (10, "I"),
        (15, "I"),
        (16, "II"),
        (21, "II"),
        (22, "III"),
        (27, "III"),
        (28, "IV"),
        (40, "IV"),
    ],
)
def test_wound_diagram_grade(total: int, grade: str) -> None:
    assert cl_wound_diagram_grade(total) == grade


def test_wound_diagram_without_a_total_has_no_grade() -> None:
    assert cl_wound_diagram_grade(None) is None


@pytest.mark.parametrize("total", [9, 41, True, 10.5])
def test_wound_diagram_refuses_other_totals(total: int) -> None:
    with pytest.raises(InvalidContextError, match="cl_wound_diagram_total"):
        cl_wound_diagram_grade(total)


def test_wound_diagram_total_comes_from_ten_items() -> None:
    names = [item.name for item in load_scales().scales["cl_wound_diagram"].items]
    score = score_scale("cl_wound_diagram", dict.fromkeys(names, 2))
    assert (score.total, score.categories) == (20, {"grado": "II"})
