"""Why a photograph must be taken again, or what to mind in it: words a nurse can act on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that the quality gate found.

    Attributes:
        code: what was found; stable.
        problem: its code in the case format, or None when the format has none for it.
        stops: whether the picture cannot be analysed; else it is a warning.
        es: in Spanish, what it is and what to do.
        en: the same in English.
    """

    code: str
    problem: str | None
    stops: bool
    es: str
    en: str


def _stop(code: str, problem: str, es: str, en: str) -> Reason:
    return Reason(code, problem, stops=True, es=es, en=en)


def _warn(code: str, problem: str | None, es: str, en: str) -> Reason:
    return Reason(code, problem, stops=False, es=es, en=en)


_ALL = (
    _stop(
        "out_of_focus",
        "blur",
        "La foto está desenfocada: afirme el teléfono, toque la herida para enfocar y repita.",
        "The photograph is out of focus: steady the phone, tap the wound to focus and retake it.",
    ),
    _stop(
        "too_coarse",
        "blur",
        "La foto tiene muy pocos píxeles: acérquese y envíe la foto original.",
        "The photograph has too few pixels: come closer and send the original photograph.",
    ),
    _stop(
        "too_dark",
        "dark",
        "La foto está muy oscura: busque más luz o use el flash y repita.",
        "The photograph is too dark: find more light or use the flash and take it again.",
    ),
    _stop(
        "burnt_out",
        "out_of_distribution",
        "La foto está quemada por exceso de luz: apague el flash o aléjese de la lámpara y repita.",
        "The photograph is overexposed: turn off the flash or move away from the lamp and retake.",
    ),
    _stop(
        "no_colour",
        "out_of_distribution",
        "La foto no tiene color y sin él no se distingue el tejido: repítala en color.",
        "The photograph has no colour, without which tissue cannot be told: take it in colour.",
    ),
    _stop(
        "coloured_light",
        "out_of_distribution",
        "La luz es de un solo color y no deja ver el tejido: repita con luz blanca.",
        "The light has a single colour and hides the tissue: take it again in white light.",
    ),
    _stop(
        "no_skin",
        "out_of_distribution",
        "No se reconoce piel en la foto: fotografíe la lesión con piel sana alrededor.",
        "No skin is recognised in the photograph: take the lesion with healthy skin around it.",
    ),
    _stop(
        "unlike_wound",
        "out_of_distribution",
        "Lo que parecía herida no se distingue de lo que la rodea: acérquese, más luz, y repita.",
        "What seemed a wound looks like its surroundings: come closer, add light and retake.",
    ),
    _stop(
        "dressing_on",
        "dressing_on",
        "Parece haber un apósito y no se ve herida: retírelo si está indicado y repita la foto.",
        "There seems to be a dressing and no wound in view: remove it if indicated and retake.",
    ),
    _stop(
        "no_wound",
        "no_wound",
        "No se ve herida, y eso no significa piel sana: si la piel está intacta pero enrojecida o"
        " morada descríbalo; si hay herida, acérquese y repita.",
        "No wound is seen, which does not mean healthy skin: if the skin is intact but red or"
        " purple, describe it; if there is a wound, come closer and retake.",
    ),
    _stop(
        "face",
        "face",
        "Parece verse un rostro: repita la foto sin él.",
        "A face seems to be in view: take the photograph again without it.",
    ),
    _warn(
        "discoloured_skin",
        None,
        "Hay piel más roja o morada que la de alrededor: descríbala, presiónela para ver si"
        " blanquea y anote el resultado.",
        "Some skin is redder or more purple than the rest: describe it, press it to see whether"
        " it blanches and write down the result.",
    ),
    _warn(
        "several_wounds",
        "several_wounds",
        "Se ve más de una herida: envíe una foto por lesión.",
        "More than one wound is in view: send one photograph for each lesion.",
    ),
    _warn(
        "dressing_beside",
        None,
        "Junto a la herida parece haber un apósito: compruebe que no cubra parte de ella.",
        "There seems to be a dressing beside the wound: check that it covers no part of it.",
    ),
    _warn(
        "text",
        None,
        "Parece verse texto: si nombra o identifica al paciente, repita la foto sin él.",
        "Text seems to be in view: if it names or identifies the patient, retake it without.",
    ),
)
REASONS = {reason.code: reason for reason in _ALL}
