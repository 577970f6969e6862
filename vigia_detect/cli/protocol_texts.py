"""What `vigia protocols` says, in Spanish and English."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "id": "Id",
        "title": "Título",
        "verified": "Verificado",
        "own": "Propio",
        "yes": "sí",
        "no": "por verificar",
        "source": "Fuente",
        "to_be_verified": "por verificar",
        "policy": "política por fijar en el hospital",
        "ungraded": "sin grado",
        "unverified": "grado por verificar",
        "head": "{id}, versión {version}; {grade}; revisar antes de {review}",
        "disclaimer": "Apoya, no reemplaza, la evaluación clínica.",
        "nearest": "Son los pasajes más cercanos a la pregunta; puede que ninguno la responda.",
        "nothing": "Ningún pasaje responde a esa pregunta.",
        "written": "Respuesta escrita por una máquina ({model}) y por nadie verificada; valen los "
        "pasajes que siguen:",
        "kept": "(respuesta guardada)",
        "no_sentences": "Sin narrativa: {reason}.",
        "personal": "la pregunta parece referirse a una persona (un número, fecha o correo): "
        "no se envió; pregunte sin esos datos",
        "nothing_found": "ningún pasaje responde a esa pregunta",
        "dropped": "Frases retiradas por no pasar la comprobación: {count}.",
        "checked": "{count} pasajes correctos.",
        "overdue": "{id}: su revisión venció el {review}.",
        "added": "Pasaje {id} en vigor ({path}).",
        "unknown_class": "clase desconocida: {value}. Se conocen: {known}",
        "unknown_population": "grupo desconocido: {value}. Se conocen: {known}",
    },
    "en": {
        "id": "Id",
        "title": "Title",
        "verified": "Verified",
        "own": "Own",
        "yes": "yes",
        "no": "to be verified",
        "source": "Source",
        "to_be_verified": "to be verified",
        "policy": "policy that the hospital must set",
        "ungraded": "ungraded",
        "unverified": "grade to be verified",
        "head": "{id}, version {version}; {grade}; to be reviewed before {review}",
        "disclaimer": "Supports, never replaces, clinical assessment.",
        "nearest": "These are the passages nearest to the question; perhaps none answers it.",
        "nothing": "No passage answers that question.",
        "written": "A machine wrote this answer ({model}) and nobody has verified it; what counts "
        "are the passages below:",
        "kept": "(kept answer)",
        "no_sentences": "No narrative: {reason}.",
        "personal": "the question seems to be about somebody (a number, a date or an address): "
        "it was not sent; ask without that",
        "nothing_found": "no passage answers that question",
        "dropped": "Sentences left out because they did not pass the checks: {count}.",
        "checked": "{count} passages are correct.",
        "overdue": "{id}: its review was due on {review}.",
        "added": "Passage {id} is in force ({path}).",
        "unknown_class": "unknown class: {value}. Known: {known}",
        "unknown_population": "unknown group: {value}. Known: {known}",
    },
}


def say(lang: str, key: str, **values: object) -> str:
    """Return a text in a language, with its values filled in."""
    return TEXTS[lang][key].format(**values)


def grade(lang: str, value: str) -> str:
    """Return a grade for people; a hospital's own as it is written."""
    return TEXTS[lang].get(value, value)
