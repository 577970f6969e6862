"""The one document about a case. Its JSON Schema is generated from these types."""

from dataclasses import dataclass
from datetime import UTC, datetime

from vigia_detect.domain.addendum import Addendum, AddendumState
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.case import ATTACHMENTS, JsonObject, RunStatus
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.ids import AlertId, CaseId, RunId
from vigia_detect.domain.json_values import object_or_empty
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.domain.records import StoredAlert
from vigia_detect.domain.review import ReviewEvent, StoredReview
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import RUN_ENDS, CaseState, RunState, StatusCode
from vigia_detect.domain.triage import Urgency

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage of a case.

    Attributes:
        task_id: the run's id, which is also its Celery task id.
        attempts: how often it was started.
        error_code: why it failed, or why its last attempt did; null when none did.
        result: what it found; null when it has not ended or failed.
    """

    task_id: RunId
    state: RunState
    attempts: int
    started_at: str | None
    finished_at: str | None
    error_code: str | None
    result: JsonObject | None


@dataclass(frozen=True, slots=True)
class AlertReport:
    """One alert about a case.

    Attributes:
        reasons: rule ids and status codes.
        drill: whether it is an exercise.
    """

    id: AlertId
    case_id: CaseId | None
    kind: AlertKind
    state: AlertState
    reasons: tuple[str, ...]
    opened_at: str
    acknowledged_at: str | None
    acknowledged_by: str | None
    drill: bool


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """What a person said of the result.

    Attributes:
        number: counts what was said of this case, from 1.
        reason: the person's own words.
        before: class of each lesion in the result that was corrected; null for a confirmation.
        classes: class of each lesion: as it was confirmed, or as clinicians have given it so far.
    """

    number: int
    event: ReviewEvent
    by: str
    at: str
    reason: str
    before: JsonObject | None
    classes: JsonObject


@dataclass(frozen=True, slots=True)
class NarrativeReport:
    """What a language model wrote about the decision that stands now; nobody has verified it.

    Attributes:
        state: told, pending or absent. No case waits for it.
        reason: why there is none; null while there may be one.
        at: since when it is told or absent; null before, and when none was asked for.
        content: description of the picture, contradictions as questions, summary with what each
            sentence cites, and what made it; null unless it is told.
    """

    state: AddendumState
    reason: NoNarrativeReason | None
    at: str | None
    content: JsonObject | None


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All that is known about a case. Times are ISO 8601 in UTC.

    Attributes:
        overall_status: accepted, processing, completed, needs_review, escalated or failed.
            `escalated` lasts until somebody says that they have acted on every alert.
        status_code: the reason, finer.
        urgency: the highest that any part has found so far.
        review_required: triage's word; null until it has spoken.
        stages: by stage name.
        assessment: the result of the medical analysis, in the case format's output form; null
            until it is there, or when there is none.
        preliminary: true until a person has confirmed the result; a new decision is so again.
        confirmed_by: who has; null while it is preliminary.
        reviews: what people said of the results, oldest first.
        narrative: what a language model wrote about the result; it never changes the case.
        missing: parts of the result that are not there, and why.
        erased_at: when the patient's data was erased; all that the patient's key sealed is then
            null. Null while it is there.
    """

    schema_version: int
    case_id: CaseId
    patient_code: str | None
    overall_status: CaseState
    status_code: StatusCode
    urgency: Urgency
    review_required: bool | None
    preliminary: bool
    confirmed_by: str | None
    confirmed_at: str | None
    accepted_at: str
    finished_at: str | None
    stages: dict[Stage, StageReport]
    assessment: JsonObject | None
    alerts: tuple[AlertReport, ...]
    reviews: tuple[ReviewReport, ...]
    narrative: NarrativeReport
    missing: dict[str, str]
    erased_at: str | None

    def attachments(self) -> frozenset[str]:
        """Return the names of the files that belong to its results."""
        results = (stage.result for stage in self.stages.values() if stage.result)
        named = (result.get(ATTACHMENTS) for result in results)
        return frozenset(name for refs in named if isinstance(refs, dict) for name in refs)


def iso(seconds: float | None) -> str | None:
    """Return Unix seconds as ISO 8601 in UTC, to the millisecond."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def stage_report(run: RunStatus, result: JsonObject | None) -> StageReport:
    """Return how one stage stands."""
    return StageReport(
        task_id=run.id,
        state=run.state,
        attempts=run.attempt,
        started_at=iso(run.started_at),
        finished_at=iso(run.finished_at),
        error_code=run.error_code,
        result=result,
    )


def alert_report(alert: StoredAlert) -> AlertReport:
    """Return how one alert stands."""
    return AlertReport(
        id=alert.id,
        case_id=alert.case_id,
        kind=alert.kind,
        state=alert.state,
        reasons=alert.reasons,
        opened_at=iso(alert.opened_at) or "",
        acknowledged_at=iso(alert.acknowledged_at),
        acknowledged_by=alert.acknowledged_by,
        drill=alert.drill,
    )


def review_report(review: StoredReview, said: JsonObject) -> ReviewReport:
    """Return what a person said, with their words decrypted."""
    before = said.get("before")
    return ReviewReport(
        number=review.number,
        event=review.event,
        by=review.by,
        at=iso(review.at) or "",
        reason=str(said["reason"]),
        before=before if isinstance(before, dict) else None,
        classes=object_or_empty(said.get("classes")),
    )


def narrative_report(
    found: Addendum | NoNarrativeReason, content: JsonObject | None
) -> NarrativeReport:
    """Return how the narrative stands, with its content decrypted."""
    if isinstance(found, NoNarrativeReason):
        return NarrativeReport(AddendumState.ABSENT, found, None, None)
    return NarrativeReport(found.state, found.reason, iso(found.ended_at), content)


def missing_parts(stages: dict[Stage, StageReport]) -> dict[str, str]:
    """Say which parts of the result are not there: stage -> reason."""
    missing = {
        stage.value: report.error_code or "failed"
        for stage, report in stages.items()
        if report.state == RunState.FAILED
    }
    missing |= {
        stage.value: "not_finished"
        for stage, report in stages.items()
        if report.state not in RUN_ENDS
    }
    missing |= {
        stage.value: "erased"
        for stage, report in stages.items()
        if report.state == RunState.DONE and report.result is None
    }
    image = stages[Stage.IMAGE_ANALYSIS].result
    if image is not None and image.get("class_proposed") is False:
        missing["class_from_image"] = _why_no_class(image)
    return missing


def _why_no_class(image: JsonObject) -> str:
    if image.get("usable") is False:
        return "image_unusable"
    return "no_wound_model" if image.get("model") is None else "nothing_to_judge"
