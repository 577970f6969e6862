"""Who may do what, written by hand from what the hospital wants: not from the policies."""

from vigia_detect.domain.access import Action, Principal, PrincipalKind, Role

EVERYBODY = {"case:list", "case:status", "alert:list", "model:list", "system:look"}
OWN = {"self:change"}
BEDSIDE = {
    *EVERYBODY,
    *OWN,
    "case:submit",
    "case:read",
    "case:escalate",
    "alert:answer",
    "review:read",
    "glass:break",
}
DOCTOR = BEDSIDE | {"review:decide", "case:bundle"}
ENGINE_ROOM = {
    *EVERYBODY,
    *OWN,
    "case:escalate",
    "alert:answer",
    "failed:list",
    "failed:retry",
    "drill:run",
    "audit:verify",
}
RIGHTS: dict[Role, set[str]] = {
    Role.NURSE: BEDSIDE,
    Role.EMERGENCY_TEAM: BEDSIDE,
    Role.WOUND_NURSE: BEDSIDE | {"review:decide"},
    Role.PHYSICIAN: DOCTOR,
    Role.SPECIALIST: DOCTOR,
    Role.OPERATOR: ENGINE_ROOM,
    Role.ADMINISTRATOR: ENGINE_ROOM
    | {
        "retention:apply",
        "retention:hold",
        "patient:erase",
        "keys:rotate",
        "model:change",
        "people:list",
        "people:change",
        "glass:break",
        "glass:list",
        "glass:review",
    },
    Role.AUDITOR: EVERYBODY
    | OWN
    | {
        "case:bundle",
        "failed:list",
        "audit:read",
        "audit:verify",
        "audit:export",
        "people:list",
        "glass:list",
    },
}
PATIENT_DATA = {
    "case:submit",
    "case:read",
    "case:bundle",
    "review:read",
    "review:decide",
    "audit:read",
    "audit:export",
}
CHANGES = {
    "case:submit",
    "case:escalate",
    "alert:answer",
    "review:decide",
    "failed:retry",
    "drill:run",
    "retention:apply",
    "retention:hold",
    "patient:erase",
    "keys:rotate",
    "model:change",
    "people:change",
    "glass:break",
    "glass:review",
}
IN_AN_EMERGENCY = {
    "case:submit",
    "case:read",
    "case:escalate",
    "alert:answer",
    "review:read",
    "review:decide",
}


def may(principal: Principal, action: Action) -> bool:
    """Return what the hospital wants."""
    kind, roles = principal.kind, principal.roles
    if principal.scopes is not None and action not in principal.scopes:
        return False
    if kind == PrincipalKind.LOCAL:
        return True
    if kind == PrincipalKind.CONTACT:
        return action == "alert:answer"
    if Role.OPERATOR in roles and action in PATIENT_DATA:
        return False
    if Role.AUDITOR in roles and action in CHANGES:
        return False
    if kind == PrincipalKind.PERSON:
        if action == "self:change":
            return True
        if principal.glass_id and action in IN_AN_EMERGENCY:
            return True
    elif action in {"self:change", "glass:break"}:
        return False  # programs have no password and break no glass
    return any(action in RIGHTS[role] for role in roles)
