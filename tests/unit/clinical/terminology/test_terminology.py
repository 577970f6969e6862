"""SNOMED CT and LOINC maps, legacy codes, and the wrong codes of facts.md E.6."""

from pathlib import Path

import pytest

from vigia_detect.clinical.coding import codes_for_class
from vigia_detect.clinical.data_file import DATA, read_data
from vigia_detect.clinical.terminology import (
    Meaning,
    code_for,
    load_terminology,
    local_code,
    meaning_of,
)
from vigia_detect.clinical.terminology_model import TerminologyFile
from vigia_detect.domain.check_digits import is_loinc_code, is_snomed_id
from vigia_detect.errors import ConfigurationError, InvalidContextError

GROUPS = load_terminology().groups
YAML = (DATA / "terminology.yaml").read_text(encoding="utf-8")
# The sites of the case format.
# fmt: off
SITES = [
    "sacrum", "coccyx", "buttock", "gluteal_cleft", "ischium", "trochanter", "hip", "heel",
    "malleolus", "ankle", "foot_sole", "foot_dorsum", "toe", "lower_leg", "knee", "thigh",
    "perineum", "genitals", "urethral_meatus", "abdomen", "stoma", "chest", "breast", "lumbar",
    "back", "scapula", "shoulder", "elbow", "forearm", "hand", "neck", "occiput", "ear",
    "nose_bridge", "columella", "nostril", "lip", "mouth", "cheek", "chin", "forehead", "other",
]
# fmt: on


@pytest.mark.parametrize("group", GROUPS)
def test_each_code_passes_its_check_digit(group: str) -> None:
    right = {"snomed": is_snomed_id, "loinc": is_loinc_code}[GROUPS[group].system]
    assert [code for code in GROUPS[group].all_codes() if not right(code)] == []


@pytest.mark.parametrize(
    ("class_id", "active", "legacy"),
    [
        ("pressure_injury", "1163215007", "399912005"),
        ("stage_1", "1163217004", "421076008"),
        ("stage_2", "1163220007", "420324007"),
        ("stage_3", "1163222004", "421927004"),
        ("stage_4", "1163224003", "420597008"),
        ("unstageable", "1163226001", "421594008"),
        ("dtpi", "723071003", "165260000"),
    ],
)
def test_legacy_codes_are_understood_and_never_sent(
    class_id: str, active: str, legacy: str
) -> None:
    code = code_for("class", class_id)
    assert code is not None
    assert (code.system, code.code) == ("http://snomed.info/sct", active)
    assert meaning_of("class", active) == Meaning(class_id, active=True)
    assert meaning_of("class", legacy) == Meaning(class_id, active=False)


@pytest.mark.parametrize(
    ("group", "code", "said"),
    [
        ("braden", "38227-0", "38227-5"),
        ("braden", "38222-1", "38222-6"),
        ("braden", "38229-6", "38229-1"),
        ("scale_total", "58262-1", "90981-2"),
        ("stage", "76398-2", "no such code"),
        ("site", "722298008", "no such code"),
        ("class", "428232008", "no such code"),
        ("class", "449835005", "no such code"),
        ("stage", "420226006", "another kind (morphology)"),
        ("class", "420226006", "another kind (morphology)"),
        ("site", "399912005", "another kind (class)"),
        ("class", "258219007", "generic stage"),
        ("class", "1163217005", "check digit"),
        ("class", "73211009", "unknown"),
    ],
)
def test_wrong_codes_are_refused(group: str, code: str, said: str) -> None:
    with pytest.raises(InvalidContextError) as caught:
        meaning_of(group, code)
    (problem,) = caught.value.problems
    assert problem.path == group
    assert code in problem.problem
    assert said in problem.problem


def test_the_generic_pressure_ulcer_is_not_the_sacrum() -> None:
    assert meaning_of("class", "399912005") == Meaning("pressure_injury", active=False)
    sacrum = code_for("site", "sacrum")
    assert sacrum is not None
    assert sacrum.code == "51027004"


@pytest.mark.parametrize("site", SITES)
def test_each_site_of_the_case_format_is_coded_or_known_to_have_no_code(site: str) -> None:
    code = code_for("site", site)
    assert (code is None) == (site in GROUPS["site"].uncoded)


@pytest.mark.parametrize(
    ("narrow", "wide"), [("foot_sole", "foot"), ("nose_bridge", "nose"), ("nostril", "mucosa")]
)
def test_a_narrow_site_sends_the_wider_code_which_reads_back_as_the_wider_one(
    narrow: str, wide: str
) -> None:
    code = code_for("site", narrow)
    assert code is not None
    assert code == code_for("site", wide)
    assert meaning_of("site", code.code).concept == wide


@pytest.mark.parametrize(
    ("group", "concept", "code"),
    [
        ("braden", "panel", "38228-3"),
        ("braden", "total", "38227-5"),
        ("braden", "moisture", "38229-1"),
        ("stage", "pressure_injury_stage", "91150-3"),
        ("scale_total", "push", "90981-2"),
        ("wound", "length_cm", "39126-8"),
        ("document", "photograph", "72170-4"),
        ("exudate_amount", "heavy", "255509001"),
        ("visible_structures", "bone", "3138006"),
        ("morphology", "pressure_injury", "1163214006"),
    ],
)
def test_some_codes_as_printed_in_the_sources(group: str, concept: str, code: str) -> None:
    found = code_for(group, concept)
    assert found is not None
    assert found.code == code


def test_side_codes_left_and_right_are_to_be_verified() -> None:
    verified = {side: GROUPS["side"].codes[side].evidence for side in ("left", "right")}
    assert all(evidence and evidence.verified is False for evidence in verified.values())


@pytest.mark.parametrize(("group", "concept"), [("class", "stage_5"), ("colour", "red")])
def test_an_unknown_concept_or_group_is_an_error(group: str, concept: str) -> None:
    with pytest.raises(ConfigurationError, match="unknown"):
        code_for(group, concept)


@pytest.mark.parametrize("outcome", GROUPS["class"].uncoded)
def test_what_is_no_pressure_injury_has_no_code(outcome: str) -> None:
    assert codes_for_class(outcome) == ()


def test_a_mucosal_injury_carries_the_generic_code_and_our_own() -> None:
    codes = codes_for_class("mucosal")
    assert [code.code for code in codes] == ["1163215007", "mucosal"]
    assert codes[1] == local_code("mucosal")


def test_a_class_has_a_snomed_and_an_icd10_code() -> None:
    assert [code.code for code in codes_for_class("stage_3")] == ["1163222004", "L89.2"]
    assert [code.code for code in codes_for_class("dtpi", "cm", "heel", "left")] == [
        "723071003",
        "L89.626",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('"1163217004"', '"1163217005"', "wrong check digit: 1163217005"),
        ('"1163217004"', '"1163220007"', "two meanings: 1163220007"),
        ("{same_as: nose}", "{same_as: nase}", "nose_bridge: same_as nase"),
        ("{same_as: nose}", "{}", "either code or same_as"),
        ("uncoded: [ligament]", "uncoded: [bone]", "both coded and uncoded: bone"),
        ('"38227-0":', '"38227-5":', "uses refused codes 38227-5"),
        ("system: loinc", "system: local", "groups.braden.system"),
        ("  loinc: {uri", "  loinx: {uri", "unknown system loinc"),
        ('code: "1163215007"', "code: 1163215007", "valid string"),
    ],
)
def test_broken_data_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    path = tmp_path / "terminology.yaml"
    path.write_text(YAML.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        read_data(path, TerminologyFile)
