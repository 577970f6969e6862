"""What `vigia audit` says, in Spanish and English."""

from collections.abc import Mapping

from vigia_detect.domain.audit import AuditEvent

EVENTS: Mapping[str, Mapping[AuditEvent, str]] = {
    "es": {
        AuditEvent.CASE_ACCEPTED: "caso aceptado",
        AuditEvent.CASE_STARTED: "comenzó el análisis",
        AuditEvent.CASE_ENDED: "caso terminado",
        AuditEvent.CASE_READ: "alguien leyó el caso",
        AuditEvent.RUN_READY: "etapa lista para empezar",
        AuditEvent.RUN_STARTED: "etapa comenzada",
        AuditEvent.RUN_DONE: "etapa terminada",
        AuditEvent.RUN_RETRIED: "etapa falló; se repite",
        AuditEvent.RUN_LOST: "el proceso calló; se repite",
        AuditEvent.RUN_FAILED: "etapa sin resultado",
        AuditEvent.DECISION_MADE: "decisión del triaje",
        AuditEvent.ALERT_OPENED: "alerta abierta",
        AuditEvent.ALERT_REOPENED: "alerta abierta de nuevo",
        AuditEvent.ALERT_ESCALATED: "se avisó a un paso",
        AuditEvent.ALERT_REPEATED: "se avisó otra vez a todos",
        AuditEvent.ALERT_ACKNOWLEDGED: "alguien tomó la alerta",
        AuditEvent.ALERT_DECLINED: "alguien dijo que no es suya",
        AuditEvent.ALERT_ACTED: "alguien actuó",
        AuditEvent.ALERT_CLOSED: "alerta cerrada",
        AuditEvent.ALERT_SUPERSEDED: "una alerta más urgente la reemplazó",
        AuditEvent.ALERT_REARMED: "alerta sin plazo; se le puso uno",
        AuditEvent.ANSWER_REFUSED: "respuesta rechazada",
        AuditEvent.NOTIFICATION_ACCEPTED: "aviso aceptado por el canal",
        AuditEvent.NOTIFICATION_FAILED: "aviso rechazado por el canal",
        AuditEvent.NOTIFICATION_UNCERTAIN: "aviso incierto; se envía otra vez",
        AuditEvent.TIMER_FIRED: "venció un plazo",
        AuditEvent.TRAIL_READ: "alguien leyó este registro",
        AuditEvent.TRAIL_EXPORTED: "alguien exportó el registro",
        AuditEvent.DECISION_AUDITED: "decisión revisada de nuevo",
    },
    "en": {
        AuditEvent.CASE_ACCEPTED: "case accepted",
        AuditEvent.CASE_STARTED: "analysis began",
        AuditEvent.CASE_ENDED: "case ended",
        AuditEvent.CASE_READ: "somebody read the case",
        AuditEvent.RUN_READY: "stage ready to begin",
        AuditEvent.RUN_STARTED: "stage began",
        AuditEvent.RUN_DONE: "stage done",
        AuditEvent.RUN_RETRIED: "stage failed; it is repeated",
        AuditEvent.RUN_LOST: "the process went silent; it is repeated",
        AuditEvent.RUN_FAILED: "stage without a result",
        AuditEvent.DECISION_MADE: "triage's decision",
        AuditEvent.ALERT_OPENED: "alert opened",
        AuditEvent.ALERT_REOPENED: "alert opened again",
        AuditEvent.ALERT_ESCALATED: "a step was told",
        AuditEvent.ALERT_REPEATED: "everybody was told again",
        AuditEvent.ALERT_ACKNOWLEDGED: "somebody took the alert",
        AuditEvent.ALERT_DECLINED: "somebody said that it is not theirs",
        AuditEvent.ALERT_ACTED: "somebody acted",
        AuditEvent.ALERT_CLOSED: "alert closed",
        AuditEvent.ALERT_SUPERSEDED: "a more urgent alert took its place",
        AuditEvent.ALERT_REARMED: "alert without a deadline; it got one",
        AuditEvent.ANSWER_REFUSED: "answer refused",
        AuditEvent.NOTIFICATION_ACCEPTED: "the channel took a notification",
        AuditEvent.NOTIFICATION_FAILED: "the channel refused a notification",
        AuditEvent.NOTIFICATION_UNCERTAIN: "notification uncertain; it is sent again",
        AuditEvent.TIMER_FIRED: "a deadline passed",
        AuditEvent.TRAIL_READ: "somebody read this trail",
        AuditEvent.TRAIL_EXPORTED: "somebody exported the trail",
        AuditEvent.DECISION_AUDITED: "decision looked at again",
    },
}
"""Each kind of entry in few words; docs/reference/audit.md says more."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "exported": "Registro escrito en {file}. Guárdelo con la llave pública (vigia audit key) y "
        "el último punto de control; con los tres se verifica en cualquier máquina.",
        "place": "Lugar",
        "time": "Cuándo (UTC)",
        "event": "Qué",
        "actor": "Quién",
        "detail": "Detalle",
        "key_written": "Llave pública escrita en {file}. Guárdela fuera de este sistema.",
    },
    "en": {
        "exported": "Trail written to {file}. Keep it with the public key (vigia audit key) and "
        "the last checkpoint; the three can be verified on any machine.",
        "place": "Place",
        "time": "When (UTC)",
        "event": "What",
        "actor": "Who",
        "detail": "Detail",
        "key_written": "Public key written to {file}. Keep it outside of this system.",
    },
}
