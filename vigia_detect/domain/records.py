"""What goes through the ports: rows as the stages see them, still encrypted where they were."""

from collections.abc import Mapping
from dataclasses import dataclass

from vigia_detect.domain.alert_states import AlertState, NotificationState
from vigia_detect.domain.case import CaseSummary, Run
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.ids import AlertId, CaseId, Pseudonym, RunId
from vigia_detect.domain.notification import Recipient
from vigia_detect.domain.options import Options
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.triage import Urgency


@dataclass(frozen=True, slots=True)
class NewCase:
    """The row of a case at its acceptance; the patient's part is already encrypted."""

    id: CaseId
    pseudonym: Pseudonym
    idempotency_key: str
    fingerprint: bytes
    sealed: bytes
    image_ref: str
    emergency: bool
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class PatientKey:
    """A patient's wrapped data key and encrypted code.

    Attributes:
        wrapped_key: empty when it is destroyed.
        sealed_code: also tells whether two wrapped keys are wrappings of the same key.
        erased_at: Unix seconds.
    """

    pseudonym: Pseudonym
    wrapped_key: bytes
    sealed_code: bytes
    erased_at: float | None = None


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case with what its stages need, still encrypted."""

    summary: CaseSummary
    patient: PatientKey
    sealed: bytes
    image_ref: str


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that this process now owns until its lease ends."""

    run: Run
    case: StoredCase
    inputs: dict[Stage, bytes]


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that was given up, and why. `failed_at` is in Unix seconds."""

    run: Run
    case_id: CaseId | None
    code: str
    failed_at: float


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert. `*_at` are Unix seconds.

    Attributes:
        plan: the policy and people it was opened with, as JSON.
        turn: counts everything that happens to it; a deadline of an earlier turn means nothing.
        began_at: when it opened last.
        told_at: when it last told anybody.
        step: how many steps of its policy have been told since `began_at`.
        repeats: how often everybody has been told again since then.
        declined: who has said "not mine" since then.
    """

    id: AlertId
    subject: str
    case_id: CaseId | None
    kind: AlertKind
    state: AlertState
    reasons: tuple[str, ...]
    opened_at: float
    acknowledged_at: float | None = None
    acknowledged_by: str | None = None
    acted_at: float | None = None
    acted_by: str | None = None
    plan: str = ""
    drill: bool = False
    turn: int = 0
    began_at: float = 0.0
    told_at: float = 0.0
    step: int = 0
    repeats: int = 0
    declined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredNotification:
    """One notification of one person on one channel.

    Attributes:
        turn: of its alert, when it was planned.
        step: of the policy, from 1.
        rank: the contact's place among the person's contacts, from 0.
        provider_id: the provider's name for it, once accepted.
        place_at: its place in the line of its address, if it was given one, in Unix seconds.
        planned_at: Unix seconds, as is `accepted_at`; 0 for one that is not stored yet.
        held_until: the end of the quiet hours that it waits or has waited for; None when its
            policy has none, so that it never waits.
        bundle: names the one message that told it together with others, if one did.
    """

    id: RunId
    alert_id: AlertId
    turn: int
    step: int
    rank: int
    to: Recipient
    state: NotificationState = NotificationState.PENDING
    provider_id: str | None = None
    place_at: float | None = None
    planned_at: float = 0.0
    accepted_at: float | None = None
    held_until: float | None = None
    bundle: str | None = None


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A deadline that has passed."""

    kind: str
    subject: str
    round: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made safe: upright, RGB, without metadata, encoded anew.

    Attributes:
        data: JPEG bytes.
        sha256: hex digest of `data`.
    """

    data: bytes
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody sends.

    Attributes:
        image: the picture file's bytes.
        patient_code: the hospital's own pseudonymous code.
        context: the patient context, grouped or in the documents' short form.
        actor: who sends it, for the audit trail.
    """

    image: bytes
    patient_code: str
    context: Mapping[str, object]
    options: Options
    actor: str = "system"
