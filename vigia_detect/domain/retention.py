"""What kinds of data there are, how long each is kept, and why something is kept or goes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vigia_detect.domain.ids import CaseId, Pseudonym

DAY_S = 86_400
DAYS_PER_YEAR = 366  # never a day too short
REFERENCE = re.compile(r"[A-Za-z0-9._/-]{0,64}")
"""A number in somebody else's files: no room for a name."""
ORPHAN_AGE_S = DAY_S


class DataKind(StrEnum):
    """What has a period of its own. Severity never shortens one (facts F.1)."""

    AUDIT = "audit"
    RECORD = "clinical_record"
    IMAGES = "images"
    DETAILS = "details"
    IDEMPOTENCY = "idempotency"
    NOTIFICATIONS = "notifications"


class HoldReason(StrEnum):
    """Why nothing may be deleted."""

    COURT_CASE = "court_case"
    COMPLAINT = "complaint"
    ADVERSE_EVENT = "adverse_event"
    INVESTIGATION = "investigation"
    PATIENT_REQUEST = "patient_request"


class ErasureReason(StrEnum):
    """Why a patient is erased."""

    PATIENT_REQUEST = "patient_request"
    MISTAKEN_ENTRY = "mistaken_entry"
    ORDER = "order"
    PERIOD_OVER = "period_over"


class Override(StrEnum):
    """What allows an erasure before the record's period is over. A hold has no override."""

    COURT_ORDER = "court_order"
    AUTHORITY_ORDER = "authority_order"
    KEPT_IN_HOSPITAL_RECORD = "kept_in_hospital_record"
    NOT_A_PATIENT = "not_a_patient"


Periods = Mapping[DataKind, int]
"""Days by kind."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing of its subject may be deleted while it is not released. `*_at` are Unix seconds.

    Attributes:
        subject: a patient's pseudonym or a case id.
        reference: of the file or order it stands for.
    """

    id: str
    subject: str
    reason: HoldReason
    reference: str
    placed_by: str
    placed_at: float = 0.0
    released_at: float | None = None
    released_by: str | None = None


@dataclass(frozen=True, slots=True)
class PatientStanding:
    """What decides whether a patient may be erased.

    Attributes:
        cases: all of the patient's.
        last_entry_at: Unix seconds; when a case was last accepted or ended.
        open: cases that have not ended, and alerts and runs that have not.
        holds: ids of holds on the patient or a case.
    """

    pseudonym: Pseudonym
    cases: tuple[CaseId, ...]
    last_entry_at: float
    open: tuple[str, ...]
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Going:
    """What of one kind is due to go.

    Attributes:
        ids: cases, patients, notifications or files.
        held: how many more would go if nobody held them.
    """

    kind: str
    ids: tuple[str, ...]
    held: int = 0
