"""What a result rests on, for the trail: hashes of what went in and came out, and what made it.

The hashes are over the encrypted forms, which are what the database holds: whoever has it can
compare, and nobody learns anything from a hash.
"""

from hashlib import sha256

from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import JsonObject, StageOutput
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.records import ClaimedRun
from vigia_detect.ports import UnitOfWork

MADE_BY = "made_by"


def digest(sealed: bytes) -> str:
    """Return the hash of an encrypted result as the trail names it."""
    return sha256(sealed).hexdigest()


def basis_of(claimed: ClaimedRun, output: StageOutput, sealed: bytes) -> JsonObject:
    """Return what the result of a stage rests on."""
    return {
        "result": digest(sealed),
        "inputs": {stage.value: digest(data) for stage, data in sorted(claimed.inputs.items())},
        MADE_BY: dict(output.made_by),
    }


def decision_basis(work: UnitOfWork, case_id: CaseId, own: JsonObject) -> JsonObject:
    """Return what a decision rests on: its own basis, and what made the results before it."""
    made_by: JsonObject = {}
    for _, entry in work.audit.of_subject(case_id):
        if entry.event == AuditEvent.RUN_DONE:
            before = entry.detail.get(MADE_BY)
            made_by |= before if isinstance(before, dict) else {}
    last = own[MADE_BY]
    return {**own, MADE_BY: made_by | (last if isinstance(last, dict) else {})}
