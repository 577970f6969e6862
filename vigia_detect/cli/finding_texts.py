"""The words for what a picture showed, in Spanish and English."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "image": "Imagen",
        "usable": "utilizable",
        "not_usable": "no utilizable",
        "no_model": "no se buscó herida (el modelo de heridas no está instalado)",
        "overlay": "con los hallazgos dibujados: {where}",
        "wound": "Herida",
        "no_wound_found": "no se encontró ninguna; esto no descarta una lesión",
        "wound_share": "{share} de la foto",
        "wound_parts": "{count} zonas",
        "tissue": "Tejido",
        "granulation": "granulación",
        "slough": "esfacelo",
        "necrosis": "necrosis",
        "epithelial": "epitelial",
        "purple": "púrpura",
        "uncertain": "sin determinar",
        "intact_skin": "Piel intacta",
        "skin_red": "enrojecida",
        "skin_purple": "púrpura",
        "size": "Tamaño",
        "measures": "{length} x {width} cm ({area} cm²)",
        "no_size": "sin centímetros",
        "no_marker": "sin regla: sin centímetros",
        "marker_covered": "la regla está tapada en parte: sin centímetros",
        "marker_too_small": "la regla se ve muy pequeña: sin centímetros",
        "marker_far": "la regla está lejos de la herida: sin centímetros",
        "markers_disagree": "las marcas de la regla no concuerdan: sin centímetros",
        "several_stickers": "hay varias reglas: sin centímetros",
        "too_tilted": "foto muy inclinada: sin centímetros",
        "wound_cut_off": "la herida se sale de la foto: sin centímetros",
        "possible_classes": "Clases posibles por la imagen (por confirmar)",
        "likely": "probable",
        "possible": "posible",
        "not_excluded": "no descartada",
        "other_causes": "Otras causas que pensar",
        "questions": "Preguntar al lado de la cama",
        "blur": "borrosa o con pocos píxeles",
        "dark": "oscura",
        "no_wound": "sin herida a la vista",
        "dressing_on": "con apósito puesto",
        "several_wounds": "varias heridas",
        "face": "se ve un rostro",
        "other_person": "se ve a otra persona",
        "no_scale": "sin regla",
        "out_of_distribution": "fuera de lo que el modelo conoce",
    },
    "en": {
        "image": "Picture",
        "usable": "usable",
        "not_usable": "not usable",
        "no_model": "no wound was looked for (the wound model is not installed)",
        "overlay": "with the findings drawn: {where}",
        "wound": "Wound",
        "no_wound_found": "none was found; this does not rule a lesion out",
        "wound_share": "{share} of the picture",
        "wound_parts": "{count} areas",
        "tissue": "Tissue",
        "granulation": "granulation",
        "slough": "slough",
        "necrosis": "necrosis",
        "epithelial": "epithelial",
        "purple": "purple",
        "uncertain": "undetermined",
        "intact_skin": "Intact skin",
        "skin_red": "red",
        "skin_purple": "purple",
        "size": "Size",
        "measures": "{length} x {width} cm ({area} cm²)",
        "no_size": "no centimetres",
        "no_marker": "no scale: no centimetres",
        "marker_covered": "the scale is partly covered: no centimetres",
        "marker_too_small": "the scale is too small in the picture: no centimetres",
        "marker_far": "the scale is far from the wound: no centimetres",
        "markers_disagree": "the marks of the scale disagree: no centimetres",
        "several_stickers": "there are several scales: no centimetres",
        "too_tilted": "the picture is too tilted: no centimetres",
        "wound_cut_off": "the wound leaves the picture: no centimetres",
        "possible_classes": "Classes possible by the picture (to be confirmed)",
        "likely": "likely",
        "possible": "possible",
        "not_excluded": "not excluded",
        "other_causes": "Other causes to think of",
        "questions": "Ask at the bedside",
        "blur": "blurred or with few pixels",
        "dark": "dark",
        "no_wound": "no wound in sight",
        "dressing_on": "a dressing is on",
        "several_wounds": "several wounds",
        "face": "a face is seen",
        "other_person": "another person is seen",
        "no_scale": "no scale",
        "out_of_distribution": "outside what the model knows",
    },
}


def word(lang: str, key: str, **values: object) -> str:
    """Return a word in a language; a code that has none stays as it is."""
    return TEXTS[lang].get(key, key).format(**values)


def percent(share: float) -> str:
    """Return a share of 0-1; what is not zero never looks like zero."""
    if 0 < share < 0.01:  # noqa: PLR2004 - below one percent
        return "<1 %"
    return f"{share:.0%}".replace("%", " %")


def decimal(value: float, lang: str) -> str:
    """Return a measure with one decimal, as the language writes it."""
    return f"{value:.1f}".replace(".", "," if lang == "es" else ".")
