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
        "protocol:change",
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
    "protocol:change",
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
    if principal.scopes is not None and action not in principal.scopes:
        return False
    if principal.kind == PrincipalKind.LOCAL:
        return True
    if principal.kind == PrincipalKind.CONTACT:
        return action == "alert:answer"
    return not _barred(principal.roles, action) and _given(principal, action)


def _barred(roles: frozenset[Role], action: Action) -> bool:
    operator = Role.OPERATOR in roles and action in PATIENT_DATA
    return operator or (Role.AUDITOR in roles and action in CHANGES)


def _given(principal: Principal, action: Action) -> bool:
    by_role = any(action in RIGHTS[role] for role in principal.roles)
    if principal.kind == PrincipalKind.SERVICE:  # it has no password and breaks no glass
        return by_role and action not in {"self:change", "glass:break"}
    broken = bool(principal.glass_id) and action in IN_AN_EMERGENCY
    return by_role or broken or action == "self:change"
