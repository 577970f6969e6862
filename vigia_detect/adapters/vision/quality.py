"""Tells a photograph that can be judged from one to take again. It looks for no wound.

It serves until the wound model lands, and then before it: no class is proposed here, and what it
did not look for is listed as not assessed, never as absent.
"""

from dataclasses import asdict, dataclass

from vigia_detect.adapters.vision.measures import Measures, measure
from vigia_detect.domain.case import Json, JsonObject

NOT_ASSESSED = ("no_wound", "dressing_on", "several_wounds", "face", "other_person", "no_scale")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Engineering defaults, to be calibrated on the hospital's own photographs.

    They were chosen on the 810 training photographs of the Foot Ulcer Segmentation Challenge 2021
    (doi 10.1038/s41598-020-78799-w; 512 x 512), all of which pass, and on blurred and darkened
    copies of every eighth, which should not.

    Attributes:
        min_focus: the photographs have 2.6 or more, 98 of 100 have 4.0; blurred by a radius of 3
            pixels none of the copies passes.
        min_mean: the photographs have 60 or more, at 15 % of their brightness 26 or less; the
            darkest skin tone of `testing.SKIN` that fills the frame has about 43 and must pass.
        min_light_part: the photographs have 126 or more, at 15 % 38 or less. Both this and
            `min_mean` must be missed: a flash-lit wound in a black room is dark on the mean only.
        max_burnt: the photographs have 0.11 or less; a white sheet may fill half the frame.
        min_colour: the photographs have 10 or more, a grey picture has 0.
        max_cast: the photographs have 1.8 or less; a frame full of red tissue drawn with the
            colour of `testing.TISSUE` about 5; light of one colour more than 10.
        min_side: a wound of a tenth of the frame is then 20 pixels wide, too few to tell tissues.
    """

    min_focus: float = 2.5
    min_mean: float = 30
    min_light_part: float = 45
    max_burnt: float = 0.6
    min_colour: float = 3
    max_cast: float = 8
    min_side: int = 200


# reason: (code in the case format, what the nurse can do, in Spanish and English)
REASONS = {
    "out_of_focus": (
        "blur",
        "La foto está desenfocada: afirme el teléfono, toque la herida para enfocar y repita.",
        "The photograph is out of focus: steady the phone, tap the wound to focus and retake it.",
    ),
    "too_coarse": (
        "blur",
        "La foto tiene muy pocos píxeles: acérquese y envíe la foto original.",
        "The photograph has too few pixels: come closer and send the original photograph.",
    ),
    "too_dark": (
        "dark",
        "La foto está muy oscura: busque más luz o use el flash y repita.",
        "The photograph is too dark: find more light or use the flash and take it again.",
    ),
    "burnt_out": (
        "out_of_distribution",
        "La foto está quemada por exceso de luz: apague el flash o aléjese de la lámpara y repita.",
        "The photograph is overexposed: turn off the flash or move away from the lamp and retake.",
    ),
    "no_colour": (
        "out_of_distribution",
        "La foto no tiene color y sin él no se distingue el tejido: repítala en color.",
        "The photograph has no colour, without which tissue cannot be told: take it in colour.",
    ),
    "coloured_light": (
        "out_of_distribution",
        "La luz es de un solo color y no deja ver el tejido: repita con luz blanca.",
        "The light has a single colour and hides the tissue: take it again in white light.",
    ),
}


class QualityChecker:
    """Checks sharpness, light and colour (see `ports.ImageAnalyser`). Proposes no class."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self._thresholds = thresholds or Thresholds()

    def analyse(self, jpeg: bytes) -> JsonObject:
        """Return `usable` and `problems` of the case format, and `quality` with the figures.

        `usable: true` says only that none of these checks found a fault.

        Raises:
            CorruptDataError: it is no picture; what was stored has been damaged.
        """
        measures = measure(jpeg)
        reasons = _reasons(measures, self._thresholds)
        problems: list[Json] = list(dict.fromkeys(REASONS[reason][0] for reason in reasons))
        return {
            "usable": not problems,
            "problems": problems,
            "class_proposed": False,
            "missing": ["wound_model"],
            "quality": {
                "measures": asdict(measures),
                "thresholds": asdict(self._thresholds),
                "reasons": [_in_words(reason) for reason in reasons],
                "not_assessed": list(NOT_ASSESSED),
            },
        }


def _reasons(found: Measures, limit: Thresholds) -> list[str]:
    dark = found.mean < limit.min_mean and found.light_part < limit.min_light_part
    tests = {
        "out_of_focus": found.focus < limit.min_focus,
        "too_coarse": min(found.width, found.height) < limit.min_side,
        "too_dark": dark,
        "burnt_out": found.burnt > limit.max_burnt,
        "no_colour": found.colour < limit.min_colour and not dark,
        "coloured_light": found.cast > limit.max_cast and not dark,
    }
    return [reason for reason, failed in tests.items() if failed]


def _in_words(reason: str) -> JsonObject:
    problem, es, en = REASONS[reason]
    return {"code": reason, "problem": problem, "es": es, "en": en}
