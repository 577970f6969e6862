"""What `vigia review` says, in Spanish and English."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "emergency": "EMERGENCIA",
        "urgent": "URGENTE",
        "routine": "Rutina",
        "may_be_grave": ", puede ser grave",
        "why": "Por qué",
        "possible": "Clases posibles",
        "question": "Pregunta (de una máquina, sin verificar)",
        "questions": "Más preguntas",
        "more": "{count}; véalas con vigia case show {case_id}",
        "waits": "Espera hace",
        "holder": "La tiene",
        "none": "no se sabe",
        "nobody": "nadie",
        "held": "{by} hasta {until} UTC",
        "nothing_waits": "Nada espera revisión.",
        "claimed": "Caso {case_id}: lo tiene {by}. Siguiente: vigia review confirm o correct.",
        "confirmed": "Caso {case_id}: resultado confirmado por {by}.",
        "corrected": "Caso {case_id}: corrección de {by} guardada; se decide de nuevo. Véala y "
        "confírmela: vigia wait {case_id}, luego vigia review claim y confirm.",
        "released": "Caso {case_id}: {by} lo devolvió a la cola.",
    },
    "en": {
        "emergency": "EMERGENCY",
        "urgent": "URGENT",
        "routine": "Routine",
        "may_be_grave": ", may be grave",
        "why": "Why",
        "possible": "Possible classes",
        "question": "Question (a machine's, not verified)",
        "questions": "More questions",
        "more": "{count}; see them with vigia case show {case_id}",
        "waits": "Has waited",
        "holder": "Held by",
        "none": "not known",
        "nobody": "nobody",
        "held": "{by} until {until} UTC",
        "nothing_waits": "Nothing waits for review.",
        "claimed": "Case {case_id}: {by} holds it. Next: vigia review confirm or correct.",
        "confirmed": "Case {case_id}: result confirmed by {by}.",
        "corrected": "Case {case_id}: {by}'s correction is stored; the decision is made anew. See "
        "and confirm it: vigia wait {case_id}, then vigia review claim and confirm.",
        "released": "Case {case_id}: {by} gave it back to the queue.",
    },
}


def say(lang: str, key: str, **values: object) -> str:
    """Return a text in a language, with its values filled in."""
    return TEXTS[lang][key].format(**values)
