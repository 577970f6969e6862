"""The input document: a code, what people observed, and what a model said of a photo."""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from vigia_detect.clinical.inputs import codes
from vigia_detect.clinical.inputs.base import Form, FromList, default_for_null
from vigia_detect.clinical.inputs.patient import PatientContext

Probability = Annotated[float, Field(ge=0, le=1)]
ROUNDING = 1e-6


class ImageAnalysis(Form):
    """What a model said of one photo; its probabilities are calibrated."""

    usable: bool | None = None
    problems: Annotated[tuple[codes.ImageProblem, ...], FromList] | None = None
    candidates: dict[codes.CandidateClass, Probability] | None = None
    lesion_id: str | None = None
    error: str | None = None

    @model_validator(mode="after")
    def _add_up(self) -> "ImageAnalysis":
        if self.candidates and sum(self.candidates.values()) > 1 + ROUNDING:
            raise ValueError("the probabilities of the candidates add up to more than 1")
        return self


class CaseInput(Form):
    """One case."""

    patient_code: str = Field(
        pattern=r"^[A-Za-z0-9._-]{1,64}$", description="1 to 64 of A-Z a-z 0-9 . _ -"
    )
    lang: Annotated[codes.Lang, BeforeValidator(default_for_null)] = "es"
    patient_context: PatientContext
    image_analysis: ImageAnalysis | None = None
    clinician_classes: dict[str, codes.CandidateClass] | None = Field(
        None, description="id of a lesion: the class that a clinician gave it on review"
    )
