"""Entries of the trail as FHIR R4 AuditEvent, in the way of IHE BALP.

Vigia knows no Patient resource: the patient is the pseudonym's, and the case is what was touched.
The entry's place and link are kept, so that each event can be traced to the proof.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from fhir.resources.R4B.auditevent import AuditEvent

from vigia_detect.trail.lines import CHAINED

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
OWN = "https://vigia-detect.org/audit-event"
REST = {"system": f"{TERMINOLOGY}/audit-event-type", "code": "rest"}
APPLICATION = {"system": DICOM, "code": "110100", "display": "Application Activity"}
PERSON = {"system": f"{TERMINOLOGY}/v3-ParticipationType", "code": "IRCP"}
SOURCE = {"system": DICOM, "code": "110153", "display": "Source Role ID"}
CASE_ROLE = {"system": f"{TERMINOLOGY}/object-role", "code": "4", "display": "Domain Resource"}
OBJECT = {"system": f"{TERMINOLOGY}/audit-entity-type", "code": "2", "display": "System Object"}
READS = ("case.read", "trail.read", "trail.exported", "bundle.written")
ACTIONS = {"case.accepted": "C", **dict.fromkeys(READS, "R")}
"""Else an entry tells that something was done: E, execute."""
FAILED = ("run.failed", "run.lost", "run.retried", "notification.failed", "notification.uncertain")
REFUSED = (
    *("answer.refused", "permission.denied", "login.refused"),
    *("erasure.refused", "retention.refused"),
)


def audit_events(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an AuditEvent for each chained entry of an export, as JSON lines."""
    for line in lines:
        if line.startswith(CHAINED):
            found = json.loads(line)
            if found["entry"] is not None:
                event = audit_event(found["entry"], found["position"], found["chain"])
                yield event.model_dump_json().encode() + b"\n"


def audit_event(entry: Mapping[str, Any], position: int, chain: str) -> AuditEvent:
    """Return one entry as an AuditEvent."""
    event = entry["event"]
    reads = ACTIONS.get(event) == "R"
    return AuditEvent.model_validate(
        {
            "resourceType": "AuditEvent",
            "id": f"vigia-{position}",
            "type": REST if reads else APPLICATION,
            "subtype": [
                *([{"system": "http://hl7.org/fhir/restful-interaction", "code": "read"}] * reads),
                {"system": OWN, "code": event},
            ],
            "action": ACTIONS.get(event, "E"),
            "recorded": datetime.fromtimestamp(entry["at"], UTC).isoformat(),
            "outcome": _outcome(event),
            "agent": _agents(entry["actor"]),
            "source": {"observer": {"display": "Vigia"}},
            "entity": [_entity(entry, position, chain)],
        }
    )


def _outcome(event: str) -> str:
    """Return 0: done, 4: not done, the caller may try again; 8: failed."""
    if event in REFUSED:
        return "4"
    return "8" if event in FAILED else "0"


def _agents(actor: str) -> list[dict[str, Any]]:
    system = {"type": {"coding": [SOURCE]}, "who": {"display": "Vigia"}, "requestor": False}
    if actor == "system":
        return [{**system, "requestor": True}]
    return [{"type": {"coding": [PERSON]}, "who": {"display": actor}, "requestor": True}, system]


def _entity(entry: Mapping[str, Any], position: int, chain: str) -> dict[str, Any]:
    known = {
        "position": position,
        "chain": chain,
        **{name: entry[name] for name in ("run_id", "attempt", "sealed")},
        "detail": json.dumps(entry["detail"], ensure_ascii=False) if entry["detail"] else None,
    }
    details = [
        {"type": name, "valueString": str(value)}
        for name, value in known.items()
        if value is not None
    ]
    what = {"identifier": {"system": OWN, "value": entry["subject"]}}
    return {"what": what, "type": OBJECT, "role": CASE_ROLE, "detail": details}
