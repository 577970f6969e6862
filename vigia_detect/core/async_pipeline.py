"""The façade that users' documents name: synchronous calls in, plain dictionaries out.

A bad call raises a typed error of `vigia_detect.errors`; a failure is never returned as a value.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from vigia_detect.bootstrap import actor, current, needs
from vigia_detect.domain.access import Action
from vigia_detect.domain.escalation import ESCALATION_TARGETS
from vigia_detect.domain.ids import CaseId, is_case_id, run_id
from vigia_detect.domain.options import Options
from vigia_detect.domain.personal_ids import names_somebody
from vigia_detect.domain.records import Submission
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import RUN_ENDS, RunState
from vigia_detect.errors import InvalidOptionError, NotFoundError
from vigia_detect.stages.desk import CaseStatus
from vigia_detect.stages.image_file import read_image_file
from vigia_detect.stages.report import iso

ESCALATION_KEYS = ("case_id", "pipeline_id", "reasons")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,48}")


class AsyncPipeline:
    """Submits cases to the workers and asks how they stand."""

    @needs(Action.CASE_SUBMIT)
    def process_medical_case_async(
        self,
        image_path: str | Path,
        patient_code: str,
        patient_context: Mapping[str, object] | None = None,
        processing_options: Mapping[str, object] | None = None,
    ) -> dict[str, Any]:
        """Accept a case; its stages run on the workers.

        Args:
            image_path: a JPEG, PNG or WebP file.
            patient_code: the hospital's pseudonymous code, 1-64 of `A-Z a-z 0-9 . _ -`.
            patient_context: the grouped form of the case format, or the short form.
            processing_options: `lang` (es, en), `priority` (routine, emergency),
                `idempotency_key`.

        Returns:
            `success`, `pipeline_id`, `patient_code`, `started_at` (ISO 8601), `status`,
            `task_ids` (stage name -> task id), `processing_options`.

        Raises:
            InvalidInputError: the picture, a field or an option is wrong; nothing was stored.
            UnavailableError: the database or the disk cannot take it; nothing was stored.
        """
        vigia = current()
        options = Options.parse(processing_options, lang=vigia.settings.lang)
        submission = Submission(
            image=read_image_file(image_path, max_mb=vigia.settings.max_image_mb),
            patient_code=patient_code,
            context=patient_context or {},
            options=options,
            actor=actor(),
        )
        accepted = vigia.intake.accept(submission)
        status = vigia.desk.status(accepted.case_id)
        return {
            "success": True,
            "pipeline_id": accepted.case_id,
            "patient_code": patient_code,
            "started_at": iso(status.case.created_at),
            "status": status.case.state.value,
            "task_ids": task_ids(accepted.case_id),
            "processing_options": {"lang": options.lang, "priority": options.priority},
        }

    @needs(Action.CASE_STATUS)
    def get_pipeline_status(
        self, pipeline_id: str, task_ids: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return how a case stands.

        Args:
            pipeline_id: the case.
            task_ids: look at these tasks only (stage name -> task id); all when None.

        Returns:
            `pipeline_id`, `overall_status`, `status_code`, `preliminary`, `confirmed_by` and
            `confirmed_at` (None while it is preliminary), `tasks_status` (stage name -> state,
            attempts, error code), `completed_tasks`, `total_tasks`, `has_failures`.

        Raises:
            NotFoundError: there is no such case, or a task id is not one of its own.
        """
        return _as_dict(current().desk.status(pipeline_id), _wanted(pipeline_id, task_ids))

    @needs(Action.CASE_STATUS)
    def wait_for_pipeline_completion(
        self, pipeline_id: str, task_ids: Mapping[str, str] | None = None, timeout: float = 300
    ) -> dict[str, Any]:
        """Wait until a case has ended and return its status, as `get_pipeline_status` does.

        Raises:
            WaitTimeoutError: it has not ended after `timeout` seconds; it goes on.
            NotFoundError: there is no such case, or a task id is not one of its own.
        """
        wanted = _wanted(pipeline_id, task_ids)
        return _as_dict(current().desk.wait(pipeline_id, timeout), wanted)

    @needs(Action.CASE_ESCALATE)
    def trigger_escalation_pipeline(
        self,
        escalation_data: Mapping[str, object],
        escalation_type: str,
        patient_context: Mapping[str, object] | None = None,
    ) -> dict[str, Any]:
        """Open an alert and notify its channels.

        Args:
            escalation_data: `case_id` (or `pipeline_id`) of the case it is about, if any, and
                `reasons`, a list of short codes. No patient data: it would leave the house.
            escalation_type: human_review, specialist_review, emergency, system_error, high_risk.
            patient_context: accepted for the documents' sake and checked; never sent anywhere.

        Returns:
            `success`, `escalation_id`, `task_ids` (channel or person -> task id),
            `target_channels`, `target_roles`, `created` (False when this alert was open already).

        Raises:
            UnknownEscalationTypeError: another type; the text lists the known ones.
            InvalidOptionError: an unknown or wrong key of `escalation_data`.
            NotFoundError: there is no such case.
        """
        if patient_context:
            current().intake.check_context(patient_context)
        case_id, reasons = _escalation(escalation_data)
        opened = current().desk.escalate(escalation_type, case_id=case_id, reasons=reasons)
        documented = ESCALATION_TARGETS[opened.kind]
        roles = {one.to.role for one in opened.told}
        told = {one.to.name: one.id for one in opened.told}
        return {
            "success": True,
            "escalation_id": opened.alert_id,
            "task_ids": told,
            "target_channels": _in_order(told, documented.channels),
            "target_roles": _in_order(roles, documented.roles),
            "created": opened.created,
        }


async_pipeline = AsyncPipeline()


def task_ids(case_id: str) -> dict[str, str]:
    """Return the task id of each stage of a case."""
    return {stage.value: run_id(case_id, stage) for stage in Stage}


def _wanted(pipeline_id: str, asked: Mapping[str, str] | None) -> frozenset[str]:
    if not is_case_id(pipeline_id):
        raise NotFoundError("There is no case {case}.", case=pipeline_id)
    own = task_ids(pipeline_id)
    if asked is None:
        return frozenset(own)
    for name, task_id in asked.items():
        if own.get(name) != task_id:
            raise NotFoundError(
                "task_ids: {name} is not a task of case {case}.", name=name, case=pipeline_id
            )
    return frozenset(asked)


def _as_dict(status: CaseStatus, wanted: frozenset[str]) -> dict[str, Any]:
    runs = [run for run in status.runs if run.task in wanted]
    return {
        "pipeline_id": status.case.id,
        "overall_status": status.case.state.value,
        "status_code": status.case.status_code,
        "preliminary": status.case.confirmed_by is None,
        "confirmed_by": status.case.confirmed_by,
        "confirmed_at": iso(status.case.confirmed_at),
        "tasks_status": {
            run.task: {
                "task_id": run.id,
                "state": run.state.value,
                "attempts": run.attempt,
                "error_code": run.error_code,
            }
            for run in runs
        },
        "completed_tasks": sum(run.state in RUN_ENDS for run in runs),
        "total_tasks": len(runs),
        "has_failures": any(run.state == RunState.FAILED for run in runs),
    }


def _in_order(found: Collection[str], documented: Sequence[str]) -> list[str]:
    """Return what was found, in the documents' order; a hospital's own come last."""
    own = sorted(set(found) - set(documented))
    return [name for name in documented if name in found] + own


def _escalation(data: Mapping[str, object]) -> tuple[CaseId | None, tuple[str, ...]]:
    for key in data:
        if key not in ESCALATION_KEYS:
            raise InvalidOptionError(
                "escalation_data.{key}: unknown (known: {known})",
                key=key,
                known=", ".join(ESCALATION_KEYS),
            )
    case_id = data.get("case_id", data.get("pipeline_id"))
    if case_id is not None and not isinstance(case_id, str):
        raise InvalidOptionError("escalation_data.case_id: must be a text")
    return CaseId(case_id) if case_id else None, _reasons(data.get("reasons", ()))


def _reasons(given: object) -> tuple[str, ...]:
    """Codes only: what is not a short code could carry a patient's words out of the house."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InvalidOptionError("escalation_data.reasons: must be a list of codes")
    for reason in given:
        if not (isinstance(reason, str) and CODE.fullmatch(reason)) or names_somebody(reason):
            raise InvalidOptionError(
                "escalation_data.reasons: each must be a code of a-z A-Z 0-9 _ . - (at most 48), "
                "no identity number"
            )
    return tuple(given)
