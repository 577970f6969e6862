"""What a notification says: fixed texts with ids and levels, never patient data."""

from collections.abc import Mapping

from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.escalation_policy import Plan
from vigia_detect.domain.notification import Message
from vigia_detect.domain.records import StoredAlert, StoredNotification

TITLES: Mapping[str, Mapping[AlertKind, str]] = {
    "es": {
        AlertKind.EMERGENCY: "EMERGENCIA: evaluar al paciente de inmediato",
        AlertKind.URGENT: "Urgente: evaluar hoy",
        AlertKind.HUMAN_REVIEW: "Revisión humana necesaria",
        AlertKind.SPECIALIST_REVIEW: "Revisión de especialista solicitada",
        AlertKind.HIGH_RISK: "Paciente de alto riesgo",
        AlertKind.SYSTEM_ERROR: "Alerta del sistema Vigia",
    },
    "en": {
        AlertKind.EMERGENCY: "EMERGENCY: assess the patient at once",
        AlertKind.URGENT: "Urgent: assess today",
        AlertKind.HUMAN_REVIEW: "A person must review",
        AlertKind.SPECIALIST_REVIEW: "A specialist's review is asked for",
        AlertKind.HIGH_RISK: "Patient at high risk",
        AlertKind.SYSTEM_ERROR: "Vigia system alert",
    },
}
DRILL = {"es": "SIMULACRO. ", "en": "DRILL. "}
BODIES = {
    "es": "Caso {case}. Motivos: {reasons}. Para responder: vigia alert ack {alert} --by NOMBRE",
    "en": "Case {case}. Reasons: {reasons}. To answer: vigia alert ack {alert} --by NAME",
}
NONE = {"es": "ninguno", "en": "none"}
TAKEN = {"es": "Tomada por {by}.", "en": "Taken by {by}."}


def compose(
    alert: StoredAlert, one: StoredNotification, plan: Plan, *, link: str | None
) -> Message:
    """Return what is said to one recipient. Codes and ids only: nothing of it is encrypted."""
    lang = plan.lang
    body = BODIES[lang].format(
        case=alert.case_id or NONE[lang],
        reasons=", ".join(alert.reasons) or NONE[lang],
        alert=alert.id,
    )
    drill = DRILL[lang] if alert.drill else ""
    return Message(
        notification_id=one.id,
        alert_id=alert.id,
        case_id=alert.case_id,
        kind=alert.kind,
        severity=plan.policy.severity,
        ward=None,
        step=one.step,
        lang=lang,
        drill=alert.drill,
        title=drill + TITLES[lang][alert.kind],
        body=drill + body,
        link=link,
    )


def taken_by(name: str, lang: str) -> str:
    """Return what the others read once somebody has answered."""
    return TAKEN[lang].format(by=name)
