"""ICD-10: one code, several meanings (facts.md E.4)."""

import pytest

from vigia_detect.clinical.icd10 import Icd10Meaning, icd10_for, icd10_meaning, load_icd10
from vigia_detect.errors import ConfigurationError, InvalidContextError


@pytest.mark.parametrize(
    ("edition", "class_id", "code"),
    [
        ("who", "stage_1", "L89.0"),
        ("who", "stage_2", "L89.1"),
        ("who", "stage_3", "L89.2"),
        ("who", "stage_4", "L89.3"),
        ("who", "unstageable", "L89.9"),
        ("who", "dtpi", "L89.9"),
        ("who", "pressure_injury", "L89.9"),
        ("who", "mucosal", None),
        ("am", "stage_4", "L89.3"),
        ("am", "unstageable", "L89.4"),
        ("am", "dtpi", "L89.5"),
        ("am", "pressure_injury", None),
    ],
)
def test_editions_that_code_the_stage(edition: str, class_id: str, code: str | None) -> None:
    found = icd10_for(edition, class_id, "heel", "left")
    assert (found.code if found else None) == code
    assert found is None or found.version == edition


@pytest.mark.parametrize("edition", ["cm", "es"])
@pytest.mark.parametrize(
    ("class_id", "site", "side", "code"),
    [
        ("unstageable", "sacrum", "midline", "L89.150"),
        ("stage_1", "sacrum", None, "L89.151"),
        ("stage_2", "coccyx", None, "L89.152"),
        ("dtpi", "sacrum", None, "L89.156"),
        ("pressure_injury", "sacrum", None, "L89.159"),
        ("stage_4", "heel", "right", "L89.614"),
        ("stage_4", "heel", "left", "L89.624"),
        ("stage_4", "heel", None, "L89.604"),
        ("stage_4", "heel", "bilateral", "L89.604"),
        ("stage_3", "ischium", "right", "L89.313"),
        ("stage_3", "trochanter", "left", "L89.223"),
        ("stage_2", "occiput", None, "L89.812"),
        ("stage_2", None, None, "L89.92"),
        ("stage_2", "ear", "left", None),
        ("mucosal", "sacrum", None, None),
    ],
)
def test_editions_that_code_site_and_stage(
    edition: str, class_id: str, site: str | None, side: str | None, code: str | None
) -> None:
    found = icd10_for(edition, class_id, site, side)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("edition", "code", "meaning"),
    [
        ("who", "L89.0", Icd10Meaning("stage_1")),
        ("who", "L89.9", Icd10Meaning("pressure_injury")),
        ("am", "L89.0", Icd10Meaning("stage_1")),
        ("am", "L89.5", Icd10Meaning("dtpi")),
        ("cm", "L89.0", Icd10Meaning(sites=("elbow",))),
        ("cm", "L89.1", Icd10Meaning(sites=("back", "sacrum", "coccyx"))),
        ("cm", "L89.2", Icd10Meaning(sites=("hip", "trochanter"))),
        ("cm", "L89.3", Icd10Meaning(sites=("buttock", "ischium"))),
        ("cm", "L89.4", Icd10Meaning()),
        ("cm", "L89.5", Icd10Meaning(sites=("ankle",))),
        ("cm", "L89.152", Icd10Meaning("stage_2", ("sacrum", "coccyx"))),
        ("cm", "L89.623", Icd10Meaning("stage_3", ("heel",), "left")),
        ("cm", "L89.44", Icd10Meaning("stage_4")),
    ],
)
def test_one_code_means_other_things_in_other_editions(
    edition: str, code: str, meaning: Icd10Meaning
) -> None:
    assert icd10_meaning(edition, code) == meaning


@pytest.mark.parametrize(
    ("edition", "code"),
    [
        *[("who", code) for code in ("L89.4", "L89.152", "L89", "L89.X", "")],
        *[("cm", code) for code in ("L89.155", "L89.", "L89.7", "E11.9")],
        ("am", "L89.9"),
    ],
)
def test_codes_of_another_edition_or_disease_are_refused(edition: str, code: str) -> None:
    with pytest.raises(InvalidContextError, match=f"no pressure injury in edition {edition}"):
        icd10_meaning(edition, code)


@pytest.mark.parametrize("edition", load_icd10().editions)
def test_what_is_sent_reads_back(edition: str) -> None:
    found = load_icd10().editions[edition]
    for class_id in ("stage_1", "stage_2", "stage_3", "stage_4"):
        for site in (None, *found.sites):
            code = icd10_for(edition, class_id, site)
            assert code is not None
            meaning = icd10_meaning(edition, code.code)
            assert meaning.class_id == class_id
            assert not meaning.sites or site in meaning.sites


def test_there_is_no_code_without_an_edition() -> None:
    with pytest.raises(ConfigurationError, match="unknown edition; known: who, am, cm, es"):
        icd10_for("", "stage_1")


def test_only_sacral_codes_of_the_american_edition_were_read() -> None:
    sacrum, heel = (icd10_for("cm", "stage_1", site) for site in ("sacrum", "heel"))
    assert sacrum is not None
    assert heel is not None
    assert (sacrum.evidence.verified, heel.evidence.verified) == (True, False)
