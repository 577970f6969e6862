"""What a case is made of while it moves through the pipeline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from vigia_detect.domain.escalation import AlertRequest
from vigia_detect.domain.ids import CaseId, Pseudonym, RunId
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState, StatusCode
from vigia_detect.domain.triage import Urgency

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]

ATTACHMENTS = "attachments"
"""Key of a stage's result: name of an attachment -> where it is stored."""


@dataclass(frozen=True, slots=True)
class Run:
    """One row of work: a stage of a case, a notification, or a narrative.

    Attributes:
        id: also the Celery task id.
        task: the row of the policy table it follows.
        subject: the case or alert it belongs to; a narrative is its own, as no case waits for it.
        attempt: how often it was started; a message for another number does nothing.
        queue: where its messages wait.
        earlier: how many of these attempts were made before a person asked for it again.
        outages: how many since then were ended by an outage of what we stand on.
    """

    id: RunId
    task: str
    subject: str
    attempt: int
    queue: str
    earlier: int = 0
    outages: int = 0

    @property
    def tries(self) -> int:
        """How often it was started since somebody last asked for it, outages not counted.

        Attempt numbers are the fence and only grow, so they cannot begin anew; this can.
        """
        return self.attempt - self.earlier - self.outages


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How one run stands, for people and monitors. `*_at` are Unix seconds."""

    id: RunId
    task: str
    state: RunState
    attempt: int
    error_code: str | None
    started_at: float | None
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The patient-related part of a case, decrypted, as a stage body sees it.

    Attributes:
        patient_code: the hospital's own code.
        lang: language of notes and of texts, `es` or `en`.
        context: the patient context in the grouped form of the case format.
        options: processing options.
        clinician_classes: id of a lesion -> the class that a clinician gave it on review.
        read_image: fetches and decrypts the picture (JPEG bytes) when a stage needs it.
    """

    id: CaseId
    pseudonym: Pseudonym
    patient_code: str
    lang: str
    context: JsonObject
    options: JsonObject
    read_image: Callable[[], bytes]
    clinician_classes: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage says of a case as a whole.

    Attributes:
        may_be_grave: whether a class is possible that asks for more than routine by itself;
            unless it is known not to be, it is.
    """

    urgency: Urgency
    review_required: bool
    may_be_grave: bool = True


@dataclass(frozen=True, slots=True)
class StageOutput:
    """What a stage body returns; the runner writes all of it in one transaction.

    Attributes:
        result: JSON, stored encrypted under the patient's key.
        alerts: alerts that the result asks for.
        verdict: given by triage only.
        attachments: files that belong to the result, such as a picture; stored encrypted outside
            the database before the result, which then names them under `ATTACHMENTS`.
        made_by: what made the result, such as rule set and model, each with its version; it goes
            into the audit trail and must hold no patient data.
    """

    result: JsonObject
    alerts: tuple[AlertRequest, ...] = ()
    verdict: Verdict | None = None
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    made_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A case as lists show it: no patient data. `*_at` are Unix seconds.

    Attributes:
        confirmed_by: who has confirmed the result; None: it is preliminary.
    """

    id: CaseId
    pseudonym: Pseudonym
    state: CaseState
    status_code: StatusCode
    urgency: Urgency
    emergency: bool
    review_required: bool | None
    created_at: float
    finished_at: float | None
    confirmed_at: float | None = None
    confirmed_by: str | None = None


StageResults: TypeAlias = Mapping[Stage, JsonObject]
"""Results of the stages that ended with one; a failed stage is absent, never a value."""
