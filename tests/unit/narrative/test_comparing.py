"""What observers say who cannot both be right becomes a question; what is unknown never does."""

from typing import Any

import pytest
from told_cases import LESION, SEEN, WOUND, Told

from vigia_detect.clinical import load_rules, parse_context
from vigia_detect.clinical.narrative.case_view import CaseView, read_assessment, read_picture
from vigia_detect.clinical.narrative.comparing import Contradiction
from vigia_detect.clinical.narrative.forms import Description
from vigia_detect.domain.findings import PictureFindings
from vigia_detect.domain.stages import Stage


def view_of(told: Told, seen: dict[str, Any] | None = None) -> CaseView:
    results = told.results
    return CaseView(
        context=parse_context(told.context),
        picture=read_picture(results.get(Stage.IMAGE_ANALYSIS)),
        assessment=read_assessment(results[Stage.MEDICAL_ANALYSIS]),
        rules=load_rules(),
        described=Description.model_validate(seen) if seen else None,
    )


def asked(
    lesion: dict[str, Any] | None = None,
    seen: dict[str, Any] | None = None,
    *,
    picture: PictureFindings | None = None,
    **context: Any,
) -> dict[str, Contradiction]:
    """Return the contradictions by field, of a case with nothing but what is given."""
    given = {**context, **({} if lesion is None else {"lesions": [lesion]})}
    told = Told(context=given, picture=picture)
    found = view_of(told, {**BLIND, **seen} if seen else None).contradictions()
    return {one.field: one for one in found}


BLIND = {
    **dict.fromkeys(SEEN, "cannot_tell"),
    "wound": "yes",
    "bed": dict.fromkeys(SEEN["bed"], "cannot_tell"),  # type: ignore[arg-type]
    "structures": [],
    "problems": [],
}


def test_observers_who_agree_are_not_asked() -> None:
    assert view_of(Told(), SEEN).contradictions() == ()


@pytest.mark.parametrize(
    ("lesion", "seen", "field"),
    [
        ({"exudate_amount": "none"}, {"exudate_amount": "heavy"}, "lesion.exudate_amount"),
        ({"exudate_type": "serous"}, {"exudate_type": "purulent"}, "lesion.exudate_type"),
        ({"edges": "defined"}, {"edges": "rolled"}, "lesion.edges"),
        ({"colour": "red"}, {"colour": "purple"}, "lesion.colour"),
        ({"colour": "purple"}, {"colour": "black"}, "lesion.colour"),
        ({"blister": "serum"}, {"blister": "blood"}, "lesion.blister"),
        ({"skin_intact": True}, {"skin_intact": "no"}, "lesion.skin_intact"),
        ({"macerated": False}, {"macerated": "yes"}, "macerated"),
        ({"bleeding": "none"}, {"bleeding": "yes"}, "bleeding"),
        ({"periwound_erythema_cm": 0}, {"periwound_erythema": "yes"}, "periwound_erythema"),
        ({"visible_structures": ["fat"]}, {"structures": ["bone"]}, "structures"),
        ({"skin_loss": "partial"}, {"structures": ["tendon"]}, "structures"),
        ({"bed_tissue": []}, {"bed": {"slough": "from_50"}}, "share.slough"),
        (
            {"bed_tissue": [{"type": "slough", "percent": 80}]},
            {"bed": {"slough": "none"}},
            "share.slough",
        ),
        (
            {"bed_tissue": [{"type": "dermis", "percent": 100}]},
            {"bed": {"eschar": "from_75"}},
            "share.eschar",
        ),
    ],
)
def test_people_and_a_model_that_differ(
    lesion: dict[str, Any], seen: dict[str, Any], field: str
) -> None:
    if "bed" in seen:
        seen = {"bed": {**BLIND["bed"], **seen["bed"]}}  # type: ignore[dict-item]
    found = asked(lesion, seen)
    assert field in found
    assert {"recorded", "described"} <= {side.origin for side in found[field].sides}
    assert all(found[field].question[lang] for lang in ("es", "en"))


@pytest.mark.parametrize(
    ("lesion", "seen"),
    [
        ({}, {"exudate_amount": "heavy", "edges": "rolled", "structures": ["bone"]}),
        ({"exudate_amount": "light"}, {"exudate_amount": "moderate"}),
        ({"exudate_type": "serous"}, {"exudate_type": "sanguineous"}),
        ({"colour": "pink"}, {"colour": "red"}),
        ({"visible_structures": ["bone"]}, {"structures": []}),
        ({"bed_tissue": [{"type": "slough"}]}, {"bed": {"slough": "none"}}),
        ({"bed_tissue": [{"type": "slough", "percent": 60}]}, {"bed": {"slough": "from_25"}}),
        ({"exudate_type": "purulent"}, {"exudate_amount": "none", "exudate_type": "serous"}),
    ],
)
def test_what_is_unknown_or_near_is_no_contradiction(
    lesion: dict[str, Any], seen: dict[str, Any]
) -> None:
    if "bed" in seen:
        seen = {"bed": {**BLIND["bed"], **seen["bed"]}}  # type: ignore[dict-item]
    found = asked({"site": "sacrum", **lesion}, seen)
    recorded = [one for one in found.values() if "recorded" in {s.origin for s in one.sides}]
    assert recorded == []


def test_a_lesion_in_the_picture_of_somebody_without_one() -> None:
    found = asked(None, {"wound": "yes"}, skin_inspection="no_lesion")
    assert "wound" in found


def test_a_device_in_the_picture_of_somebody_without_any() -> None:
    assert "device" in asked({"site": "nostril"}, {"device": "yes"}, supports={"devices": []})
    assert "device" not in asked({"site": "nostril"}, {"device": "yes"})


def test_measures_by_ruler_and_by_picture() -> None:
    found = asked({"length_cm": 2, "width_cm": 3}, picture=WOUND)
    assert found["lesion.length_cm"].question["es"].count("cm") == len(("2 cm", "5 cm"))
    assert "lesion.width_cm" not in found


def test_what_the_picture_shows_and_the_class_excludes() -> None:
    found = asked({"skin_loss": "partial", "bed_tissue": [{"type": "dermis"}]}, picture=WOUND)
    assert {"recorded", "measured", "rules"} <= {
        side.origin for side in found["share.slough"].sides
    }


def test_a_field_and_the_note_that_differ() -> None:
    found = asked({"exudate_type": "serous"}, notes="Hoy con secreción purulenta abundante.")
    sides = {side.origin for side in found["lesion.exudate_type"].sides}
    assert sides == {"recorded", "note"}


def test_the_note_and_a_model_that_differ() -> None:
    found = asked(
        {"site": "heel"}, {"exudate_type": "serous"}, notes="Secreción purulenta, mal olor."
    )
    assert {side.origin for side in found["lesion.exudate_type"].sides} == {"note", "described"}


def test_a_note_is_nobody_s_with_two_lesions() -> None:
    told = Told(
        context={"lesions": [LESION, {"site": "heel"}], "notes": "Secreción purulenta."},
    )
    found = view_of(told, {**BLIND, "exudate_type": "serous"}).contradictions()
    assert all("note" not in {side.origin for side in one.sides} for one in found)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_line_has_words(lang: str) -> None:
    """A finding without words would reach model and reader as a path."""
    told = Told(context={**Told().context, "symptoms": {"chills": False}, "conditions": ["copd"]})
    lines = [one.text(lang) for one in view_of(told, SEEN).all()]
    assert not [line for line in lines if "." in line.partition(":")[0] or "_" in line]


def test_unknown_is_said_as_unknown() -> None:
    lines = [one for one in view_of(Told(), None).all() if one.unknown]
    assert lines
    assert all(one.es.endswith("desconocido") and one.en.endswith("unknown") for one in lines)
