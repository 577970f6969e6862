"""The words around what a language model wrote of a case, in Spanish and English."""

from collections.abc import Mapping

from vigia_detect.domain.narrative import NoNarrativeReason as Why

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "title": "Narrativa",
        "machine": "La escribió una máquina ({model}) y nadie la ha verificado: no cambia clase, "
        "urgencia ni revisión.",
        "none": "Sin narrativa",
        "pending": "Un modelo de lenguaje la escribe o la escribirá; el caso no la espera.",
        "part": "Sin {part}: {reason}",
        "description": "Descripción automática de la imagen",
        "contradictions": "Preguntas para quien revisa: hallazgos que no concuerdan",
        "summary": "Resumen",
        "sources": "Fuentes del resumen",
        "dropped": "Frases retiradas por no pasar la comprobación: {count}",
        "nothing_seen": "no distingue nada",
        "other_version": "es de otra versión de Vigia; entera con --json",
        "part_description": "descripción de la imagen",
        "part_contradictions": "búsqueda de contradicciones por el modelo",
        "part_summary": "resumen",
        Why.NOT_CONFIGURED: "no hay modelo de lenguaje configurado",
        Why.AWAY: "el modelo de lenguaje no responde",
        Why.SERVER_ERROR: "falló el servidor del modelo de lenguaje",
        Why.SLOW: "el modelo de lenguaje no terminó a tiempo",
        Why.REFUSED: "el modelo de lenguaje no quiso o no pudo responder",
        Why.INVALID: "la respuesta del modelo de lenguaje no se puede usar",
        Why.NOTHING_LEFT: "ninguna frase pasó la comprobación",
        Why.NO_PICTURE: "no hay imagen que se pueda enviar",
        Why.FAILED: "falló una parte de Vigia",
        Why.NOT_DECIDED: "el caso aún no tiene decisión",
        Why.SUPERSEDED: "el caso se decidió de nuevo mientras se escribía",
        Why.ERASED: "se borró con los datos del paciente o al terminar su plazo",
    },
    "en": {
        "title": "Narrative",
        "machine": "A machine wrote it ({model}) and nobody has verified it: it changes neither "
        "class, urgency nor review.",
        "none": "No narrative",
        "pending": "A language model is writing it or will; the case does not wait for it.",
        "part": "No {part}: {reason}",
        "description": "Automatic description of the picture",
        "contradictions": "Questions for the reviewer: findings that do not agree",
        "summary": "Summary",
        "sources": "Sources of the summary",
        "dropped": "Sentences left out because they did not pass the checks: {count}",
        "nothing_seen": "it tells nothing apart",
        "other_version": "it is of another version of Vigia; whole with --json",
        "part_description": "description of the picture",
        "part_contradictions": "search for contradictions by the model",
        "part_summary": "summary",
        Why.NOT_CONFIGURED: "no language model is configured",
        Why.AWAY: "the language model does not answer",
        Why.SERVER_ERROR: "the language model's server failed",
        Why.SLOW: "the language model did not finish in time",
        Why.REFUSED: "the language model would not or could not answer",
        Why.INVALID: "the language model's answer cannot be used",
        Why.NOTHING_LEFT: "no sentence passed the checks",
        Why.NO_PICTURE: "there is no picture that may be sent",
        Why.FAILED: "a part of Vigia failed",
        Why.NOT_DECIDED: "the case has no decision yet",
        Why.SUPERSEDED: "the case was decided anew while it was being written",
        Why.ERASED: "it was deleted with the patient's data or when its time was over",
    },
}


def narrative_word(lang: str, key: str, **values: object) -> str:
    """Return a text; a code that has none stays as it is."""
    return TEXTS[lang].get(key, key).format(**values)
