"""Why a case has no narrative, in words; its codes mean other things elsewhere."""

from collections.abc import Mapping

from vigia_detect.domain.addendum import AddendumState
from vigia_detect.domain.narrative import NoNarrativeReason as No
from vigia_detect.stages.report import NarrativeReport

HEADS = {"es": "sin narrativa", "en": "no narrative"}
PENDING = {
    "es": "un modelo la está escribiendo o la escribirá; el caso no la espera",
    "en": "a model is writing it or will; the case does not wait for it",
}
TOLD = {
    "es": "escrita por una máquina, sin verificar por nadie",
    "en": "written by a machine, verified by nobody",
}
REASONS: Mapping[str, Mapping[No, str]] = {
    "es": {
        No.NOT_CONFIGURED: "no hay modelo de lenguaje configurado",
        No.AWAY: "el modelo de lenguaje no responde",
        No.SLOW: "el modelo de lenguaje no terminó a tiempo",
        No.REFUSED: "el modelo de lenguaje no quiso responder",
        No.INVALID: "lo que escribió el modelo de lenguaje no tiene la forma pedida",
        No.NOTHING_LEFT: "nada de lo que escribió el modelo de lenguaje pasó las pruebas",
        No.FAILED: "falló Vigia al escribirla",
        No.NOT_DECIDED: "el caso aún no tiene decisión",
        No.SUPERSEDED: "el caso se decidió de nuevo",
        No.ERASED: "fue borrada",
    },
    "en": {
        No.NOT_CONFIGURED: "no language model is configured",
        No.AWAY: "the language model does not answer",
        No.SLOW: "the language model did not finish in time",
        No.REFUSED: "the language model would not answer",
        No.INVALID: "what the language model wrote does not have the form asked for",
        No.NOTHING_LEFT: "nothing that the language model wrote passed the checks",
        No.FAILED: "Vigia failed to have it written",
        No.NOT_DECIDED: "the case has no decision yet",
        No.SUPERSEDED: "the case was decided anew",
        No.ERASED: "it was erased",
    },
}


def narrative_line(narrative: NarrativeReport, lang: str) -> str:
    """Return in a sentence how the narrative of a case stands."""
    if narrative.reason is not None:
        return f"{HEADS[lang]}: {REASONS[lang][narrative.reason]}"
    return (TOLD if narrative.state == AddendumState.TOLD else PENDING)[lang]
