from pathlib import Path

import pytest

from vigia_detect.clinical import assess, load_rules, parse_case
from vigia_detect.errors import ConfigurationError

GAP = """\
cutoffs:
  braden:
    own:
      bands: {alto: [6, 12], bajo: [14, 23]}
      evidence: {source: x, tag: POL, verified: null}
"""
HEAD = "profile: hospital\nversion: '3'\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "hospital.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_a_changed_number_changes_result_and_checksum(tmp_path: Path) -> None:
    case = parse_case({"patient_code": "P", "patient_context": {"vitals": {"temp_c": 38.2}}})
    own = load_rules(written(tmp_path, "limits:\n  fever_c: 38.5\n"))
    assert "D-U1" in assess(case).rules
    assert "D-U1" not in assess(case, own).rules
    assert own.checksum != load_rules().checksum
    assert own.version == f"{load_rules().version}+hospital.3"


def test_the_result_carries_the_rule_set(tmp_path: Path) -> None:
    own = load_rules(written(tmp_path, "limits: {reposition_hours: 2}\n"))
    case = parse_case(
        {"patient_code": "P", "patient_context": {"conditions": ["spinal_cord_injury"]}}
    )
    found = assess(case, own)
    assert (found.rule_set.id, found.rule_set.checksum) == (own.id, own.checksum)
    text = next(action.text for action in found.actions if action.id == "M-02")
    assert "cada 2 h" in text
    assert "cada 3 h" in next(one.text for one in assess(case).actions if one.id == "M-02")


def test_own_cutoffs_give_the_category(tmp_path: Path) -> None:
    cutoffs = """\
category_profile: hospital
cutoffs:
  braden:
    hospital:
      bands: {alto: [6, 16], moderado: [17, 18], bajo: [19, 23]}
      evidence: {source: comité de heridas 2026, tag: POL, verified: null}
"""
    items = {
        "sensory": 3,
        "moisture": 3,
        "activity": 3,
        "mobility": 2,
        "nutrition": 3,
        "friction_shear": 2,
    }
    case = parse_case({"patient_code": "P", "patient_context": {"scales": {"braden": items}}})
    own = load_rules(written(tmp_path, cutoffs))
    assert assess(case).risk.category == "bajo"
    assert assess(case, own).risk.category == "alto"
    assert assess(case, own).risk.categories["minsal_2023"] == "bajo"


def test_own_contact_is_shown(tmp_path: Path) -> None:
    own = load_rules(written(tmp_path, "contacts:\n  routine: Anexo {4321}\n"))
    case = parse_case({"patient_code": "P", "patient_context": {}})
    assert assess(case, own).contact == "Anexo {4321}"


def test_a_rewritten_profile_is_read_again(tmp_path: Path) -> None:
    first = load_rules(written(tmp_path, "limits: {fever_c: 38.5}\n"))
    second = load_rules(written(tmp_path, "limits: {fever_c: 37.5}\n"))
    assert (first.limit("fever_c"), second.limit("fever_c")) == (38.5, 37.5)


def test_the_same_profile_is_read_once(tmp_path: Path) -> None:
    path = written(tmp_path, "limits: {fever_c: 38.5}\n")
    assert load_rules(path) is load_rules(path)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("limits:\n  fever_cc: 38.5\n", 4, "fever_c"),
        ("limits:\n  fever_c: -1\n", 4, "out of range"),
        ("limits:\n  fever_c: high\n", 4, "number"),
        ("limits:\n  tau_low: 0.95\n", 3, "tau_high"),
        ("limits:\n  tau_low: 1.5\n", 4, "out of range"),
        ("category_profile: unknown\n", 3, "braden"),
        ("surprise: 1\n", 3, "surprise"),
        ("limits: {fever_c: 38.5, fever_c: 39}\n", 3, "twice"),
        ("limits: [38.5\n", 4, "not YAML"),
        (GAP, 4, "13"),
        ("cutoffs:\n  bradenn: {}\n", 4, "unknown scale"),
        ("contacts: {nobody: x}\n", 3, "nobody"),
    ],
)  # fmt: skip
def test_a_broken_profile_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_rules(written(tmp_path, text))
    assert f"hospital.yaml:{line}:" in str(caught.value)
    assert says in str(caught.value)


def test_a_missing_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing\.yaml"):
        load_rules(tmp_path / "nothing.yaml")


def test_the_example_in_the_documents_works(tmp_path: Path) -> None:
    page = Path(__file__).parents[4] / "docs" / "how-to" / "set-your-own-cut-offs.md"
    example = page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "example.yaml"
    path.write_text(example, encoding="utf-8")
    own = load_rules(path)
    assert (own.profile, own.limit("fever_c")) == ("hospital_san_jose", 37.8)
