from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, codes, table
from vigia_detect.domain.escalation import ESCALATION_TARGETS, ESCALATION_TYPES, AlertKind

HEAD = """\
An alert is a row that stays open until a named person acknowledges it. A case has at most one
alert of each kind. Opening it stores one notification a channel in the same transaction; while
nobody has acknowledged, all channels are told again every `VIGIA_ALERT_REPEAT_S` seconds. An
acknowledged alert opens again when somebody asks for it or the pipeline has a new reason. What
leaves the house is ids and levels, never patient data."""


def page() -> str:
    """Return `escalations.md`."""
    return markdown.page(
        "Escalation types, channels and roles",
        HEAD,
        table(["Kind", "Channels", "Roles", "May be asked for"], map(_row, ESCALATION_TARGETS)),
        "A kind that may be asked for is an `escalation_type` of `trigger_escalation_pipeline`; "
        "any other type is an error that names these.",
    )


def _row(kind: str) -> list[str]:
    target = ESCALATION_TARGETS[kind]
    asked = "yes" if kind in ESCALATION_TYPES else "no: opened by triage"
    return [code(AlertKind(kind)), codes(target.channels), codes(target.roles), asked]
