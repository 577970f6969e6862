"""What `vigia llm` says, in Spanish and English."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "none": "No hay modelo de lenguaje: falta VIGIA_LLM_BASE_URL.",
        "server": "Servidor {url}, modelo {model}",
        "away": "No se puede preguntar: {problem}",
        "unlisted": "El servidor no ofrece ese modelo: revise VIGIA_LLM_MODEL.",
        "texts": "Textos: {valid} de {asked} válidos; mediana {median}; {speed} tokens/s",
        "pictures": "Imágenes: {valid} de {asked} válidas; mediana {median}; {speed} tokens/s",
        "right": "{right} de {valid} ciertos",
        "blind": "  Quizá no ve las imágenes: describiría lo que nadie le mostró. Pruebe "
        "--pictures 6; si sigue así, VIGIA_LLM_PICTURE=never.",
        "no_pictures": "Imágenes: no se le muestra ninguna (VIGIA_LLM_PICTURE=never).",
        "usable": "Utilizable. Describe y explica; nunca decide.",
        "unusable": "No utilizable: los casos siguen igual, sin narrativa.",
        "serving": "Modelo en {url}, {slots} peticiones a la vez. Ctrl+C para detenerlo.",
    },
    "en": {
        "none": "There is no language model: VIGIA_LLM_BASE_URL is not set.",
        "server": "Server {url}, model {model}",
        "away": "It cannot be asked: {problem}",
        "unlisted": "The server does not offer that model: check VIGIA_LLM_MODEL.",
        "texts": "Texts: {valid} of {asked} valid; median {median}; {speed} tokens/s",
        "pictures": "Pictures: {valid} of {asked} valid; median {median}; {speed} tokens/s",
        "right": "{right} of {valid} true",
        "blind": "  It may not see the pictures: it would describe what nobody has shown it. Try "
        "--pictures 6; if that stays so, VIGIA_LLM_PICTURE=never.",
        "no_pictures": "Pictures: it is shown none (VIGIA_LLM_PICTURE=never).",
        "usable": "Usable. It describes and explains; it never decides.",
        "unusable": "Not usable: cases go on as ever, without a narrative.",
        "serving": "Model at {url}, {slots} requests at a time. Ctrl+C stops it.",
    },
}


def say(lang: str, key: str, **values: object) -> str:
    """Return a text in a language, with its values filled in."""
    return TEXTS[lang][key].format(**values)
