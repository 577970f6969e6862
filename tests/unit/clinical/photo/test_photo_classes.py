"""What A.2 demands of the classes that a picture makes possible, whatever the shares."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.clinical import load_rules
from vigia_detect.clinical.loading import read_files
from vigia_detect.clinical.photo_classes import Opinion, judge
from vigia_detect.clinical.photo_data import load_photo_model
from vigia_detect.domain.findings import (
    ClassPrediction,
    ModelUsed,
    PictureFindings,
    Size,
    SkinColour,
    TissueShares,
    Wound,
)

RULES = load_rules()
COVERING = ("slough", "necrosis")
NAMES = ("granulation", "slough", "necrosis", "epithelial", "purple", "uncertain")
SEEN = 0.1


def opinion(found: PictureFindings) -> Opinion:
    said = judge(found, RULES)
    assert said is not None
    return said


def of(wound: Wound, *problems: str, prediction: ClassPrediction | None = None) -> Opinion:
    found = PictureFindings(usable=True, problems=problems, wound=wound, prediction=prediction)
    return opinion(found)


def bed(**shares: float) -> Opinion:
    return of(Wound(0.1, tissue=TissueShares(**shares)))


@st.composite
def shares(draw: st.DrawFn) -> dict[str, float]:
    parts = [draw(st.integers(0, 20)) for _ in NAMES]
    parts[draw(st.integers(0, len(parts) - 1))] += 1
    return {name: part / sum(parts) for name, part in zip(NAMES, parts, strict=True)}


@given(shares())
def test_probabilities_are_ranked_add_up_and_stay_below_tau_high(bed_of: dict[str, float]) -> None:
    chances = [*bed(**bed_of).probabilities.values()]
    assert chances == sorted(chances, reverse=True)
    assert 0.99 < sum(chances) <= 1
    assert chances[0] < RULES.limit("tau_high")


@given(shares(), st.sampled_from(COVERING), st.floats(0, 1))
def test_more_cover_never_makes_unstageable_less_likely(
    bed_of: dict[str, float], cover: str, part: float
) -> None:
    open_part = sum(share for name, share in bed_of.items() if name not in COVERING)
    moved = {n: share * (1 - part if n not in COVERING else 1) for n, share in bed_of.items()}
    moved[cover] += open_part * part
    before, after = bed(**bed_of), bed(**moved)
    assert after.probabilities["unstageable"] >= before.probabilities["unstageable"] - 2e-4


@given(shares())
def test_signs_of_full_thickness_exclude_the_shallow_classes(bed_of: dict[str, float]) -> None:
    said = bed(**bed_of)
    if max(bed_of["granulation"], bed_of["slough"], bed_of["necrosis"]) >= SEEN:
        assert not {"stage_1", "stage_2"} & {*said.probabilities, *said.candidates}
        assert {"stage_3", "stage_4", "unstageable"} & {*said.candidates}


@given(shares())
def test_purple_is_never_stage_1_or_2_and_keeps_dtpi(bed_of: dict[str, float]) -> None:
    said = bed(**bed_of)
    if bed_of["purple"] >= SEEN:
        assert not {"stage_1", "stage_2"} & {*said.probabilities, *said.candidates}
        assert "dtpi" in said.candidates


@given(shares())
def test_stage_4_is_possible_wherever_stage_3_is(bed_of: dict[str, float]) -> None:
    said = bed(**bed_of)
    assert ("stage_3" in said.candidates) <= ("stage_4" in said.candidates)


@given(shares())
def test_candidates_hold_the_mass_and_depth_is_proposed_by_cover_or_purple_alone(
    bed_of: dict[str, float],
) -> None:
    said = bed(**bed_of)
    total = sum(said.probabilities.values())
    assert sum(said.probabilities.get(c, 0) for c in said.candidates) >= 0.9 * total - 1e-9
    sure = {c for c, chance in said.probabilities.items() if chance >= RULES.limit("tau_low")}
    assert sure <= {"unstageable", "dtpi"}


@given(shares())
def test_doubt_draws_every_answer_straight_towards_what_is_said_of_any_wound(
    bed_of: dict[str, float],
) -> None:
    """Doubts of 0, 0.3, 0.5 and 1 - 0.7 * 0.5 lie on one line."""
    wound = Wound(0.1, tissue=TissueShares(**bed_of))
    none, third, half = of(wound), of(wound, "several_wounds"), of(wound, "out_of_distribution")
    both = of(wound, "several_wounds", "out_of_distribution")
    for class_, chance in half.probabilities.items():
        start = none.probabilities.get(class_, 0)
        slope = (chance - start) / 0.5
        assert third.probabilities.get(class_, 0) == pytest.approx(start + 0.3 * slope, abs=4e-4)
        assert both.probabilities[class_] == pytest.approx(start + 0.65 * slope, abs=4e-4)


@given(shares(), st.sampled_from(["several_wounds", "out_of_distribution"]))
def test_a_doubtful_picture_says_no_more_than_a_good_one(
    bed_of: dict[str, float], problem: str
) -> None:
    wound = Wound(0.1, tissue=TissueShares(**bed_of))
    good, doubtful = of(wound), of(wound, problem)
    assert max(doubtful.probabilities.values()) <= max(0.42, *good.probabilities.values())
    assert {*doubtful.candidates} >= {"stage_4", "unstageable"} & {*good.candidates}


@given(shares())
def test_moves_explain_every_probability(bed_of: dict[str, float]) -> None:
    said = bed(**bed_of)
    for class_, chance in said.probabilities.items():
        moved = sum(move.by for move in said.moves if move.class_ == class_)
        assert moved == pytest.approx(chance, abs=2e-4)


@given(shares(), st.sampled_from(["stage_1", "stage_2", "stage_3", "dtpi"]), st.floats(0, 1))
def test_an_own_classifier_adds_candidates_but_lifts_no_exclusion(
    bed_of: dict[str, float], class_: str, chance: float
) -> None:
    wound = Wound(0.1, tissue=TissueShares(**bed_of))
    own = ClassPrediction({class_: chance}, (class_,), ModelUsed("ours-1", "sha256:0"))
    alone, both = of(wound), of(wound, prediction=own)
    signs = sum(bed_of[name] for name in ("granulation", "slough", "necrosis", "purple"))
    shallow = class_ in {"stage_1", "stage_2"}
    assert (class_ in both.candidates) or (shallow and signs >= SEEN - 1e-9)
    kept = {"stage_3", "stage_4", "unstageable", "dtpi"} & {*alone.candidates}
    assert {c for c in kept if bed_of["granulation"] >= SEEN and c != "dtpi"} <= {*both.candidates}
    assert max(both.probabilities.values()) < RULES.limit("tau_high")


@given(shares(), st.sampled_from(["stage_1", "stage_2", "stage_3", "dtpi"]), st.floats(0, 1))
def test_an_own_classifier_never_makes_a_severe_class_less_likely(
    bed_of: dict[str, float], class_: str, chance: float
) -> None:
    wound = Wound(0.1, tissue=TissueShares(**bed_of))
    own = ClassPrediction({class_: chance}, (class_,), ModelUsed("ours-1", "sha256:0"))
    alone, both = of(wound).probabilities, of(wound, prediction=own).probabilities
    for severe in ("stage_3", "stage_4", "unstageable", "dtpi"):
        assert both.get(severe, 0) >= alone.get(severe, 0) - 2e-4  # both are cut to four digits
    assert sum(both.values()) <= 1 + 1e-9


@pytest.mark.parametrize(
    "found",
    [
        PictureFindings(usable=False, problems=("blur",), wound=Wound(0.1)),
        PictureFindings(usable=True, problems=("no_wound",)),
        PictureFindings(usable=True, intact_skin=()),
    ],
)
def test_nothing_to_judge_gives_no_class(found: PictureFindings) -> None:
    assert judge(found, RULES) is None


def test_a_covered_bed_is_unstageable_first() -> None:
    said = bed(slough=0.5, necrosis=0.45, granulation=0.05)
    assert said.probabilities["unstageable"] > 0.5
    assert next(iter(said.candidates)) == "unstageable"
    assert "heel_eschar" in said.questions
    assert "iad" not in said.differentials


def test_pink_and_shallow_is_stage_2_or_another_cause_and_depth_is_asked() -> None:
    said = bed(epithelial=0.95, uncertain=0.05)
    assert next(iter(said.candidates)) == "stage_2"
    assert {"stage_3", "stage_4", "not_a_pressure_injury_suspected"} < {*said.candidates}
    assert said.differentials == ("iad", "skin_tear")
    assert [*said.questions][:2] == ["bone", "depth"]
    assert "heel_eschar" not in said.questions


def test_granulation_is_one_of_the_deep_classes_and_none_is_proposed() -> None:
    said = bed(granulation=1.0)
    assert {"stage_3", "stage_4", "unstageable"} < {*said.candidates}
    assert max(said.probabilities.values()) < RULES.limit("tau_low")


def test_redness_nobody_touched_is_never_stage_1_alone() -> None:
    said = opinion(PictureFindings(usable=True, intact_skin=(SkinColour.RED,)))
    assert {*said.candidates} == {
        "stage_1",
        "no_lesion_seen",
        "dtpi",
        "not_a_pressure_injury_suspected",
    }
    assert max(said.probabilities.values()) < RULES.limit("tau_low")
    assert said.probabilities["dtpi"] < RULES.limit("plausible")
    assert next(iter(said.questions)) == "blanching"


def test_purple_skin_is_dtpi_first_also_beside_a_wound() -> None:
    alone = opinion(PictureFindings(usable=True, intact_skin=(SkinColour.PURPLE,)))
    assert next(iter(alone.candidates)) == "dtpi"
    wound = Wound(0.1, tissue=TissueShares(epithelial=1.0))
    beside = opinion(PictureFindings(usable=True, wound=wound, intact_skin=(SkinColour.PURPLE,)))
    assert "dtpi" in beside.candidates
    assert "stage_2" not in beside.candidates


def test_a_small_wound_says_less_than_a_large_one() -> None:
    tissue = TissueShares(slough=1.0)
    large, small = of(Wound(0.1, tissue=tissue)), of(Wound(0.001, tissue=tissue))
    assert small.probabilities["unstageable"] < large.probabilities["unstageable"]


def test_each_doubt_makes_a_clear_answer_less_sure() -> None:
    wound = Wound(0.1, tissue=TissueShares(slough=1.0))
    problems = ((), ("no_scale",), ("several_wounds",), ("several_wounds", "other_person"))
    sure = [of(wound, *one).probabilities["unstageable"] for one in problems]
    assert sure[0] == sure[1] > sure[2] > sure[3]


def test_what_is_recorded_or_measured_is_not_asked_again() -> None:
    wound = Wound(0.1, tissue=TissueShares(granulation=1.0), size=Size(3, 2, 5))
    found = PictureFindings(usable=True, wound=wound)
    said = judge(found, RULES, recorded={"probe_to_bone", "depth_cm"})
    assert said is not None
    assert not {"size", "bone"} & {*said.questions}
    assert "depth" in said.questions  # undermining and tunnels are not recorded


def test_a_hospital_that_lowers_tau_high_still_gets_no_more_from_a_picture_alone() -> None:
    limits = {**RULES.limits}
    limits["tau_high"] = limits["tau_high"].model_copy(update={"value": 0.6})
    strict = replace(RULES, limits=limits)
    found = PictureFindings(usable=True, wound=Wound(0.1, tissue=TissueShares(slough=1.0)))
    said = judge(found, strict)
    assert said is not None
    assert said.probabilities["unstageable"] < 0.6


def test_the_table_names_only_known_sources_and_causes() -> None:
    table, files = load_photo_model(), read_files()
    evidence = [row.evidence for row in table.rows.values()]
    evidence += [getattr(table.limits, name).evidence for name in type(table.limits).model_fields]
    for one in evidence:
        assert any(source in one.source for source in files.sources.sources), one.source
    causes = {c for row in table.rows.values() for c in (*row.differentials, *row.speaks_against)}
    assert causes <= {*files.differentials.differentials}
