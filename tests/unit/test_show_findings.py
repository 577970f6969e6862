"""What a nurse reads of a picture's findings, in both languages."""

import string
from dataclasses import replace

import pytest

from vigia_detect.cli.finding_texts import TEXTS, percent
from vigia_detect.cli.show_findings import finding_lines
from vigia_detect.clinical import load_rules
from vigia_detect.domain.case import CaseFile, JsonObject
from vigia_detect.domain.findings import (
    Analysis,
    ModelUsed,
    PictureFindings,
    Size,
    SkinColour,
    TissueShares,
    Wound,
)
from vigia_detect.domain.ids import CaseId, Pseudonym
from vigia_detect.stages.image_analysis import ImageAnalysis

RULES = load_rules()
TISSUE = TissueShares(granulation=0.615, slough=0.25, purple=0.004, uncertain=0.131)
MODEL = ModelUsed("by-hand-1", "sha256:00")


class Known:
    """An analyser that says what a test found by hand."""

    def __init__(self, found: PictureFindings) -> None:
        self._found = found

    def analyse(self, jpeg: bytes, lang: str) -> Analysis:
        del jpeg, lang
        return Analysis(self._found)


def lines(found: PictureFindings, lang: str = "es", *, overlay: str = "") -> dict[str, str]:
    case = CaseFile(CaseId("c"), Pseudonym("p"), "P-1", lang, {}, {}, lambda: b"")
    result = ImageAnalysis(Known(found), RULES)(case, {}).result
    return dict(finding_lines(result, overlay, lang))


def seen(wound: Wound | None, **more: tuple[SkinColour, ...]) -> PictureFindings:
    return PictureFindings(usable=True, wound=wound, model=MODEL, **more)


def test_every_word_is_there_in_both_languages_with_the_same_values() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)}

    assert {k: fields(t) for k, t in TEXTS["es"].items()} == {
        k: fields(t) for k, t in TEXTS["en"].items()
    }


def test_tissue_is_said_in_percent_the_uncertain_share_last() -> None:
    told = lines(seen(Wound(0.08, 2, TISSUE)))
    assert told["Herida"] == "8 % de la foto, 2 zonas"
    assert told["Tejido"] == "granulación 62 %, esfacelo 25 %, púrpura <1 %, sin determinar 13 %"
    assert told["Tamaño"] == "sin centímetros"


def test_nothing_undetermined_is_said_too() -> None:
    assert lines(seen(Wound(0.1, tissue=TissueShares(slough=1))))["Tejido"] == (
        "esfacelo 100 %, sin determinar 0 %"
    )


@pytest.mark.parametrize(
    ("lang", "label", "text"),
    [("es", "Tamaño", "3,2 x 2,0 cm (5,1 cm²)"), ("en", "Size", "3.2 x 2.0 cm (5.1 cm²)")],
)
def test_a_size_is_said_in_centimetres(lang: str, label: str, text: str) -> None:
    assert lines(seen(Wound(0.1, tissue=TISSUE, size=Size(3.2, 2, 5.1))), lang)[label] == text


def test_why_there_is_no_size_is_said() -> None:
    found = replace(seen(Wound(0.1)), quality={"no_size_because": "no_marker"})
    assert lines(found)["Tamaño"] == "sin regla: sin centímetros"


def test_classes_are_said_in_words_and_figures_and_to_be_confirmed() -> None:
    told = lines(seen(Wound(0.1, tissue=TissueShares(slough=1))))
    (label,) = [label for label in told if label.startswith("Clases posibles")]
    assert label.endswith("(por confirmar)")
    assert told[label].split("\n    ")[1] == "LPP no clasificable: probable, 74 %"
    assert "¿Hubo presión" in told["Preguntar al lado de la cama"]


def test_purple_skin_without_a_wound_is_said() -> None:
    told = lines(seen(None, intact_skin=(SkinColour.PURPLE,)), "en")
    assert told["Wound"] == "none was found; this does not rule a lesion out"
    assert told["Intact skin"] == "purple"
    assert "Bruise" in told["Other causes to think of"]


def test_an_unusable_picture_says_why_and_proposes_nothing() -> None:
    reason: JsonObject = {"code": "x", "problem": "blur", "es": "Repita la foto.", "en": "Again."}
    found = PictureFindings(
        usable=False, problems=("blur", "face"), model=MODEL, quality={"reasons": [reason]}
    )
    assert lines(found) == {"Imagen": "no utilizable; Repita la foto; se ve un rostro"}


def test_without_a_model_it_is_said_that_no_wound_was_looked_for() -> None:
    assert list(lines(PictureFindings(usable=True))) == ["Imagen"]
    assert "no se buscó herida" in lines(PictureFindings(usable=True))["Imagen"]


def test_the_command_for_the_overlay_is_shown_when_there_is_one() -> None:
    told = lines(seen(Wound(0.1)), overlay="vigia case c-1 --overlay ARCHIVO.png")
    assert told["Imagen"].endswith("dibujados: vigia case c-1 --overlay ARCHIVO.png")


@pytest.mark.parametrize(("share", "text"), [(0, "0 %"), (0.001, "<1 %"), (0.5, "50 %")])
def test_a_small_share_never_looks_like_none(share: float, text: str) -> None:
    assert percent(share) == text
