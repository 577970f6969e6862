"""The data holds every id of the facts, and no other; nothing is shown without its source."""

import re
from typing import get_args

import pytest

from vigia_detect.clinical import assess, load_rules, parse_case
from vigia_detect.clinical.inputs.codes import CandidateClass
from vigia_detect.clinical.inputs.schema import known_paths
from vigia_detect.clinical.loading import read_files
from vigia_detect.clinical.naming import code_names, field_names

EMERGENCY = [f"D-E{n}" for n in range(1, 7)]
URGENT = [f"D-U{n}" for n in range(1, 12)]
ROUTINE = [f"D-R{n}" for n in range(1, 7)]
UNCERTAIN = [f"D-C{n}" for n in range(1, 9)]


def test_every_triage_rule_is_there_and_no_other() -> None:
    rules = {rule.id: rule.urgency.value for rule in load_rules().rules}
    assert rules == {
        **dict.fromkeys(EMERGENCY, "emergency"),
        **dict.fromkeys(URGENT, "urgent"),
        **dict.fromkeys(UNCERTAIN, "routine"),
        **dict.fromkeys(ROUTINE, "routine"),
    }


def test_every_action_is_there_and_no_other() -> None:
    assert list(load_rules().actions) == [f"M-{n:02}" for n in range(1, 27)]


def test_every_forbidden_action_is_there_and_no_other() -> None:
    assert [one.id for one in load_rules().forbidden] == [f"F-{n:02}" for n in range(1, 21)]


def test_every_modifier_is_there_and_no_other() -> None:
    assert [one.id for one in load_rules().modifiers] == [f"MOD-{n:02}" for n in range(1, 14)]


@pytest.mark.parametrize(
    ("rule", "actions"),
    [
        ("D-E1", ["M-12", "M-14", "M-15"]),
        ("D-E2", ["M-12", "M-15"]),
        ("D-E5", ["M-15", "M-16"]),
        ("D-E6", ["M-19"]),
        ("D-U1", ["M-11", "M-12", "M-14"]),
        ("D-U2", ["M-01", "M-04", "M-07", "M-08", "M-14", "M-18"]),
        ("D-U3", ["M-01", "M-05", "M-18", "M-22"]),
        ("D-U4", ["M-17", "M-14"]),
        ("D-U6", ["M-16", "M-15"]),
        ("D-U7", ["M-10", "M-11"]),
        ("D-U8", ["M-14", "M-21"]),
        ("D-U9", ["M-19", "M-14"]),
        ("D-U10", ["M-12"]),
        ("D-U11", ["M-02", "M-04", "M-23"]),
        ("D-R1", ["M-01", "M-02", "M-05", "M-09"]),
        ("D-R2", ["M-01", "M-02", "M-13", "M-10", "M-21"]),
        ("D-R3", ["M-09", "M-22"]),
    ],
)
def test_a_rule_asks_for_its_actions(rule: str, actions: list[str]) -> None:
    found = {one.id: one.data.do for one in load_rules().rules}
    assert list(found[rule]) == actions


def test_what_is_generally_known_is_never_called_verified() -> None:
    files = read_files()
    for file in files.rules:
        for name, rule in file.rules.items():
            if "GK" in rule.evidence.source or "CPG19" in rule.evidence.source:
                assert rule.evidence.verified is not True, name
    for name, action in files.actions.actions.items():
        if "GK" in action.evidence.source or "CPG19" in action.evidence.source:
            assert action.evidence.verified is not True, name


def test_the_chilean_documents_are_never_given_a_grade() -> None:
    """MINSAL23 and COQ21 give no evidence letters; a grade beside them must name its own source."""
    for name, action in read_files().actions.actions.items():
        if action.evidence.grade != "ungraded":
            assert "CPG25" in action.evidence.source, name


def test_treatment_is_not_attributed_to_prevention_documents() -> None:
    """F-20: surgery, infection, osteomyelitis and wound treatment are not MINSAL's or COQ's."""
    actions = read_files().actions.actions
    for name in ("M-10", "M-11", "M-12", "M-13", "M-14", "M-15", "M-16", "M-17", "M-24"):
        assert not re.search("MINSAL|COQ", actions[name].evidence.source), name


def test_no_dose_and_no_drug_is_in_any_text() -> None:
    dose = re.compile(
        r"\d\s*(mg|g|ml|UI)\b|amoxi|ampici|cef|floxacin|vancomi|penem|morfin|tramad", re.IGNORECASE
    )
    texts = [
        text
        for one in (*load_rules().actions.values(), *(one.data for one in load_rules().forbidden))
        for text in (one.es, one.en)
    ]
    assert not [text for text in texts if dose.search(text)]


def test_every_condition_of_a_rule_can_be_judged_of_an_empty_case() -> None:
    found = assess(parse_case({"patient_code": "P", "patient_context": {}}))
    assert found.urgency == "routine"


def test_every_field_has_a_name_for_readers() -> None:
    fields = {
        path.replace("lesions[].", "lesion.")
        for path in known_paths()
        if not path.startswith("scales.") or path.count(".") == 1
    }
    groups = {path.split(".")[0] for path in fields if "." in path}
    parts = {path for path in fields if "[]." in path}
    unnamed = fields - set(field_names()) - groups - parts - {"asked_not_obtained", "lesion.id"}
    assert unnamed == set()
    assert set(field_names()) - {"clinician_classes"} <= fields


def test_every_code_has_a_spanish_word() -> None:
    shown = {code for codes in known_paths().values() for code in codes}
    shown |= {*get_args(CandidateClass)}  # what a clinician can say of a lesion
    shown -= {"true", "false", "not_done"}
    levels = {code for code in shown if re.fullmatch(r"[CTLS]\d+", code)}
    assert shown - levels == set(code_names())
