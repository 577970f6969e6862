"""Who asks, for what, and what the answer was. Which role may do what is in `policies.cedar`."""

from dataclasses import dataclass
from enum import StrEnum

NOBODY = "unknown"


class Role(StrEnum):
    """What a person is to the hospital; one person may have several."""

    NURSE = "nurse"
    PHYSICIAN = "physician"
    SPECIALIST = "specialist"
    EMERGENCY_TEAM = "emergency_team"
    WOUND_NURSE = "wound_nurse"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What can be asked for. Each entry point names exactly one."""

    CASE_SUBMIT = "case:submit"
    CASE_LIST = "case:list"
    CASE_STATUS = "case:status"
    CASE_READ = "case:read"
    CASE_ESCALATE = "case:escalate"
    CASE_BUNDLE = "case:bundle"
    ALERT_LIST = "alert:list"
    ALERT_ANSWER = "alert:answer"
    REVIEW_READ = "review:read"
    REVIEW_DECIDE = "review:decide"
    FAILED_LIST = "failed:list"
    FAILED_RETRY = "failed:retry"
    DRILL_RUN = "drill:run"
    AUDIT_READ = "audit:read"
    AUDIT_VERIFY = "audit:verify"
    AUDIT_EXPORT = "audit:export"
    RETENTION_APPLY = "retention:apply"
    RETENTION_HOLD = "retention:hold"
    PATIENT_ERASE = "patient:erase"
    KEYS_ROTATE = "keys:rotate"
    MODEL_LIST = "model:list"
    MODEL_CHANGE = "model:change"
    PROTOCOL_CHANGE = "protocol:change"
    SYSTEM_LOOK = "system:look"
    PEOPLE_LIST = "people:list"
    PEOPLE_CHANGE = "people:change"
    SELF_CHANGE = "self:change"
    GLASS_BREAK = "glass:break"
    GLASS_LIST = "glass:list"
    GLASS_REVIEW = "glass:review"


QUIET = frozenset(
    {
        Action.CASE_LIST,
        Action.CASE_STATUS,
        Action.ALERT_LIST,
        Action.FAILED_LIST,
        Action.MODEL_LIST,
        Action.SYSTEM_LOOK,
    }
)
"""Looks without patient data, made every second by monitors: only their refusal is recorded."""


class PrincipalKind(StrEnum):
    """What stands behind a name; the values are the types in `policies.cedar`."""

    PERSON = "Person"
    SERVICE = "Service"
    LOCAL = "Local"
    CONTACT = "Contact"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        name: how the audit trail calls them.
        id: of the person's row; empty when there is none.
        label: the name that other people know.
        scopes: actions that the token is limited to; None: whatever the roles allow.
        token_id: of the token that was shown, if any.
        glass_id: of the emergency access that is in force, if any.
    """

    kind: PrincipalKind
    name: str
    id: str = ""
    label: str = ""
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[Action] | None = None
    token_id: str = ""
    glass_id: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and the id of the policy that gave it."""

    allowed: bool
    policy: str
