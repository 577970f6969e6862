"""Who is told about what: the escalation types and the alerts they open."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vigia_detect.domain.alert_states import AlertEvent


class AlertKind(StrEnum):
    """What an alert is about. A case has at most one open alert of each kind."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    HUMAN_REVIEW = "human_review"
    SPECIALIST_REVIEW = "specialist_review"
    HIGH_RISK = "high_risk"
    SYSTEM_ERROR = "system_error"


@dataclass(frozen=True, slots=True)
class Target:
    """Where an escalation goes: channels as the hospital's documents name them, and roles."""

    channels: tuple[str, ...]
    roles: tuple[str, ...]


ESCALATION_TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        AlertKind.HUMAN_REVIEW: Target(("#equipo-medico",), ("medical_team",)),
        AlertKind.SPECIALIST_REVIEW: Target(
            ("#especialistas", "#equipo-medico"), ("specialists", "medical_team")
        ),
        AlertKind.EMERGENCY: Target(
            ("#emergencias", "#especialistas", "#equipo-medico"),
            ("emergency", "specialists", "medical_team"),
        ),
        AlertKind.SYSTEM_ERROR: Target(("#sistema-alertas",), ("admin",)),
        AlertKind.HIGH_RISK: Target(
            ("#riesgo-alto", "#equipo-medico"), ("medical_team", "nursing_team")
        ),
        # No escalation type of the documents; facts.md D.1: treating physician and wound nurse.
        AlertKind.URGENT: Target(
            ("#equipo-medico", "#especialistas"), ("medical_team", "specialists")
        ),
    }
)

NOBODY_ANSWERED = "nobody_answered"
"""The reason of the system's own alert when everybody has been told in vain."""


NOT_REVIEWED = "not_reviewed"
"""The reason of the alert about a result at which no person has looked in time."""


NOBODY_REACHED = "nobody_reached"
"""The same when no provider takes what is to be told, to anybody."""


class Deadline(StrEnum):
    """What a timer asks when its time has come."""

    NOT_ANSWERED = "not_answered"
    NOT_ACTED = "not_acted"
    NOT_ACCEPTED = "not_accepted"
    DRILL_OVER = "drill_over"
    NOT_REVIEWED = "not_reviewed"


ESCALATION_TYPES = tuple(kind for kind in ESCALATION_TARGETS if kind != AlertKind.URGENT)


@dataclass(frozen=True, slots=True)
class AlertRequest:
    """An alert that a decision asks for; it becomes a row in the decision's own transaction.

    Attributes:
        kind: what it is about.
        reasons: rule ids and status codes, never patient data.
        drill: whether it is an exercise; every message says so.
    """

    kind: AlertKind
    reasons: tuple[str, ...]
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says to an alert.

    Attributes:
        by: who.
        how: by which way, such as `cli`, `slack`, `link`.
    """

    event: AlertEvent
    by: str
    how: str
