"""What a notification says, in Spanish and English.

Patient data cannot get into it: what goes in are identifiers that Vigia made, members of closed
lists and the code of a ward, each checked for its form; no argument takes free text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NewType

from vigia_detect.domain.button import Button
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.ids import AlertId, CaseId, is_case_id
from vigia_detect.domain.notification import Message
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import InvalidInputError

DRILL = "[SIMULACRO/DRILL]"
WardCode = NewType("WardCode", str)
_WARD = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+){0,2}")
WARD_LENGTH = 12

TITLES: Mapping[str, Mapping[AlertKind, str]] = MappingProxyType(
    {
        "es": {
            AlertKind.EMERGENCY: "EMERGENCIA: un caso necesita a alguien ahora",
            AlertKind.URGENT: "Urgente: un caso debe verse hoy",
            AlertKind.HUMAN_REVIEW: "Revisión: una persona debe mirar un caso",
            AlertKind.SPECIALIST_REVIEW: "Revisión de especialista",
            AlertKind.HIGH_RISK: "Riesgo alto: falta prevención",
            AlertKind.SYSTEM_ERROR: "Falla de Vigia",
        },
        "en": {
            AlertKind.EMERGENCY: "EMERGENCY: a case needs somebody now",
            AlertKind.URGENT: "Urgent: a case must be seen today",
            AlertKind.HUMAN_REVIEW: "Review: a person must look at a case",
            AlertKind.SPECIALIST_REVIEW: "Specialist review",
            AlertKind.HIGH_RISK: "High risk: prevention is due",
            AlertKind.SYSTEM_ERROR: "Vigia has failed",
        },
    }
)
BODIES: Mapping[str, Mapping[AlertKind, str]] = MappingProxyType(
    {
        "es": {
            AlertKind.EMERGENCY: "Vaya al lado de la cama y avise al médico de turno. "
            "Esta alerta se repite hasta que alguien responda.",
            AlertKind.URGENT: "Médico tratante o enfermera de heridas deben ver el caso hoy.",
            AlertKind.HUMAN_REVIEW: "El resultado automático no basta: revíselo en este turno, "
            "al lado de la cama.",
            AlertKind.SPECIALIST_REVIEW: "Se pide la evaluación de un especialista.",
            AlertKind.HIGH_RISK: "Revise el plan de prevención y su cumplimiento.",
            AlertKind.SYSTEM_ERROR: "Una parte del sistema falló. Los casos pueden demorar: use la "
            "evaluación clínica habitual y revise con `vigia doctor`.",
        },
        "en": {
            AlertKind.EMERGENCY: "Go to the bedside and call the physician on duty. "
            "This alert repeats until somebody answers.",
            AlertKind.URGENT: "The treating physician or wound nurse must see the case today.",
            AlertKind.HUMAN_REVIEW: "The automatic result is not enough: review it in this shift, "
            "at the bedside.",
            AlertKind.SPECIALIST_REVIEW: "A specialist's assessment is asked for.",
            AlertKind.HIGH_RISK: "Check the prevention plan and whether it is carried out.",
            AlertKind.SYSTEM_ERROR: "A part of the system has failed. Cases may be late: use usual "
            "clinical assessment and look with `vigia doctor`.",
        },
    }
)
"""Who is to act and how soon: facts.md D.1. Times in figures are the policy's, not the text's."""

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "es": {
            "case": "Caso",
            "alert": "Alerta",
            "ward": "Sala",
            "severity": "Gravedad",
            Urgency.EMERGENCY: "emergencia",
            Urgency.URGENT: "urgente",
            Urgency.ROUTINE: "rutina",
            "drill": "Es un ejercicio: no hay paciente. Responda como si lo hubiera.",
            "drill_over": "Terminó el simulacro: no hay nada que hacer.",
            Button.ON_MY_WAY: "Tomada por {by}.",
            Button.IN_PROGRESS: "{by} está actuando.",
            Button.NOT_MINE: "{by} no puede; se avisa a los siguientes.",
        },
        "en": {
            "case": "Case",
            "alert": "Alert",
            "ward": "Ward",
            "severity": "Severity",
            Urgency.EMERGENCY: "emergency",
            Urgency.URGENT: "urgent",
            Urgency.ROUTINE: "routine",
            "drill": "This is an exercise: there is no patient. Answer as if there were.",
            "drill_over": "The drill is over: there is nothing to do.",
            Button.ON_MY_WAY: "Taken by {by}.",
            Button.IN_PROGRESS: "{by} is acting.",
            Button.NOT_MINE: "{by} cannot; the next people are told.",
        },
    }
)


@dataclass(frozen=True, slots=True)
class Telling:
    """All that a notification may tell of its alert.

    Attributes:
        notification_id: a UUID.
        ward: from the hospital's own list of wards, never from a case's text.
        step: the policy's step, from 1.
    """

    notification_id: str
    alert_id: AlertId
    case_id: CaseId | None
    kind: AlertKind
    severity: Urgency
    ward: WardCode | None = None
    step: int = 1
    drill: bool = False


def ward_code(text: str) -> WardCode:
    """Return a ward's code, such as `UCI-2`.

    Raises:
        InvalidInputError: it has small letters, spaces or more than 12 letters, as names have.
    """
    if len(text) > WARD_LENGTH or not _WARD.fullmatch(text):
        raise InvalidInputError("ward: must be a code of capitals, digits and hyphens, as UCI-2")
    return WardCode(text)


def compose(telling: Telling, *, lang: str, link: str | None) -> Message:
    """Return the message in `lang`, `es` or `en`.

    Raises:
        InvalidInputError: an id is not a UUID, or the ward is no code.
    """
    lang = known(lang)
    ids = (telling.notification_id, telling.alert_id, telling.case_id)
    if not all(is_case_id(one) for one in ids if one is not None):
        raise InvalidInputError("a notification tells ids that Vigia made, and nothing else")
    return Message(
        notification_id=telling.notification_id,
        alert_id=telling.alert_id,
        case_id=telling.case_id,
        kind=AlertKind(telling.kind),
        severity=Urgency(telling.severity),
        ward=telling.ward and ward_code(telling.ward),
        step=telling.step,
        lang=lang,
        drill=telling.drill,
        title=title(telling.kind, lang=lang, drill=telling.drill),
        body="\n".join(_lines(telling, lang)),
        link=link,
    )


def title(kind: AlertKind, *, lang: str, drill: bool) -> str:
    """Return what an alert is about, in a line; that it is a drill comes first."""
    return f"{DRILL} " * drill + TITLES[known(lang)][kind]


def answer_text(answer: Button, *, by: str, lang: str) -> str:
    """Return what replaces the buttons once `by`, a member of staff, has answered."""
    return WORDS[known(lang)][answer].format(by=by)


def drill_over(lang: str) -> str:
    """Return what replaces the buttons of a drill that has ended unanswered."""
    return WORDS[known(lang)]["drill_over"]


def known(lang: str) -> str:
    """Return the language of texts: English when asked for, else Spanish."""
    return "en" if lang == "en" else "es"


def _lines(telling: Telling, lang: str) -> list[str]:
    words = WORDS[lang]
    lines = [words["drill"]] if telling.drill else []
    lines += [BODIES[lang][telling.kind], f"{words['alert']}: {telling.alert_id}"]
    if telling.case_id:
        lines.append(f"{words['case']}: {telling.case_id}")
    if telling.ward:
        lines.append(f"{words['ward']}: {ward_code(telling.ward)}")
    return [*lines, f"{words['severity']}: {words[telling.severity]}"]
