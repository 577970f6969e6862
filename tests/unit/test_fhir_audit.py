"""Entries of the trail as FHIR R4 AuditEvent."""

import pytest

from vigia_detect.adapters.fhir_audit import audit_event
from vigia_detect.domain.audit import AuditEvent

ENTRY = {
    "actor": "ana",
    "at": 1_795_345_200.5,
    "attempt": None,
    "detail": {},
    "id": 1,
    "run_id": None,
    "sealed": None,
    "subject": "case",
}


@pytest.mark.parametrize("event", sorted(AuditEvent))
def test_what_was_refused_is_no_success(event: AuditEvent) -> None:
    made = audit_event({**ENTRY, "event": event.value}, 7, "ab")
    refused = event.endswith((".refused", ".denied"))
    failed = event.endswith((".failed", ".lost", ".retried", ".uncertain"))
    assert made.outcome == ("4" if refused else "8" if failed else "0")
