"""Turns documents into typed input, or into a list of everything that is wrong with them."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vigia_detect.clinical.inputs.case import CaseInput
from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.inputs.problems import field_problem
from vigia_detect.clinical.inputs.schema import known_paths
from vigia_detect.clinical.inputs.short_form import expand
from vigia_detect.clinical.inputs.suggest import nearest
from vigia_detect.errors import FieldProblem, InvalidContextError

Model = TypeVar("Model", bound=BaseModel)
ASKED = "asked_not_obtained"


def parse_case(data: Mapping[str, object]) -> CaseInput:
    """Return the typed input document.

    Raises:
        InvalidContextError: one problem per wrong field, with its path and what is allowed; never
            the patient's text.
    """
    case = _validate(CaseInput, data, "")
    context = _context_problems(case.patient_context, "patient_context.")
    _raise_if([*context, *_photo_problems(case), *_clinician_problems(case)])
    return case


def parse_context(data: Mapping[str, object]) -> PatientContext:
    """Return the typed patient context, from the grouped form or the short form.

    Raises:
        InvalidContextError: as `parse_case`; paths begin with ``patient_context.``.
    """
    grouped = expand(data)
    context = _validate(PatientContext, grouped, "patient_context.")
    _raise_if(_context_problems(context, "patient_context."))
    return context


def _validate(model: type[Model], data: Mapping[str, object], prefix: str) -> Model:
    try:
        return model.model_validate(_plain(data))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise InvalidContextError(
            tuple(field_problem(dict(problem), prefix, model) for problem in found)
        ) from None


def _plain(data: Mapping[str, object]) -> Any:
    """A document that is not an object must not look like an empty one."""
    return dict(data) if isinstance(data, Mapping) else data


def _raise_if(problems: list[FieldProblem]) -> None:
    if problems:
        raise InvalidContextError(tuple(problems))


def _context_problems(context: PatientContext, prefix: str) -> list[FieldProblem]:
    return [*_twice(context, prefix), *_strange_questions(context, prefix)]


def _twice(context: PatientContext, prefix: str) -> list[FieldProblem]:
    ids = [lesion.id or str(number) for number, lesion in enumerate(context.lesions or (), 1)]
    return [
        FieldProblem(f"{prefix}lesions[{index}].id", "the same id twice", "one id per lesion")
        for index, name in enumerate(ids)
        if name in ids[:index]
    ]


def _strange_questions(context: PatientContext, prefix: str) -> list[FieldProblem]:
    known = known_paths()
    return [
        FieldProblem(f"{prefix}{ASKED}[{index}]", "no such field", nearest(path, known))
        for index, path in enumerate(context.asked_not_obtained or ())
        if re.sub(r"\[\d+\]", "[]", path.removeprefix("patient_context.")) not in known
    ]


def _clinician_problems(case: CaseInput) -> list[FieldProblem]:
    known = _lesion_ids(case) or [_unlisted(case)]
    return [
        FieldProblem(f"clinician_classes[{index}]", "no lesion has this id", "id of a lesion")
        for index, name in enumerate(case.clinician_classes or ())
        if name not in known
    ]


def _unlisted(case: CaseInput) -> str:
    photo = case.image_analysis
    return (photo and photo.lesion_id) or "1"


def _lesion_ids(case: CaseInput) -> list[str]:
    lesions = case.patient_context.lesions or ()
    return [lesion.id or str(number) for number, lesion in enumerate(lesions, 1)]


def _photo_problems(case: CaseInput) -> list[FieldProblem]:
    photo, ids = case.image_analysis, _lesion_ids(case)
    if photo is None or photo.lesion_id is None or not ids or photo.lesion_id in ids:
        return []
    return [FieldProblem("image_analysis.lesion_id", "no lesion has this id", "id of a lesion")]
