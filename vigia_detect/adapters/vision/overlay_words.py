"""What is written on the picture of the findings, in Spanish and English."""

from collections.abc import Mapping

from vigia_detect.adapters.vision.overlay import SizeLines, Words
from vigia_detect.adapters.vision.size import Measured, Size
from vigia_detect.adapters.vision.tissue import TISSUES, Bed

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "caption": "Preliminar: por confirmar por una persona",
        "granulation": "granulación",
        "slough": "esfacelo",
        "necrosis": "necrosis",
        "epithelial": "epitelial, rosado",
        "purple": "morado",
        "uncertain": "incierto",
        "area": "Superficie {area} cm²",
        "no_size": "Sin regla Vigia que se pueda leer: sin centímetros",
        "model": "Modelo {model}",
    },
    "en": {
        "caption": "Preliminary: to be confirmed by a person",
        "granulation": "granulation",
        "slough": "slough",
        "necrosis": "necrosis",
        "epithelial": "epithelial, pink",
        "purple": "purple",
        "uncertain": "uncertain",
        "area": "Area {area} cm²",
        "no_size": "No readable Vigia sticker: no centimetres",
        "model": "Model {model}",
    },
}


def words(bed: Bed, measured: Measured | None, model: str, lang: str) -> Words:
    """Return what is written below the picture.

    Args:
        bed: the tissues.
        measured: the size, if there is one.
        model: the network's id.
        lang: es or en.
    """
    say = TEXTS[lang]
    size = None if measured is None else measured.size
    area = say["no_size"] if size is None else say["area"].format(area=_number(size.area_cm2, lang))
    shares = {name: bed.shares[name] for name in TISSUES} | {"uncertain": bed.uncertain}
    return Words(
        caption=say["caption"],
        tissues={name: f"{say[name]} {share:.0%}" for name, share in shares.items()},
        lines=(area, say["model"].format(model=model)),
    )


def size_lines(size: Size, lang: str) -> SizeLines:
    """Return length and width with their words."""
    return SizeLines(
        size.length_line,
        size.width_line,
        f"{_number(size.length_cm, lang)} cm",
        f"{_number(size.width_cm, lang)} cm",
    )


def _number(value: float, lang: str) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if lang == "es" else text
