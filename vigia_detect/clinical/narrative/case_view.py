"""A case as a narrative sees it: who says what, in views to compare and in lines for a model."""

from dataclasses import dataclass

from pydantic import ValidationError

from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.narrative import findings, views
from vigia_detect.clinical.narrative.comparing import Contradiction, compare
from vigia_detect.clinical.narrative.findings import Finding
from vigia_detect.clinical.narrative.forms import Description
from vigia_detect.clinical.narrative.view import Origin, View
from vigia_detect.clinical.output import Assessment
from vigia_detect.clinical.photo_data import load_photo_model
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.findings import PictureFindings

ON_THE_LESION = frozenset({Origin.MEASURED, Origin.DESCRIBED})


@dataclass(frozen=True, slots=True)
class CaseView:
    """All that a narrative of a case may rest on.

    Attributes:
        picture: None when the image analysis failed.
        assessment: None when the medical analysis failed.
        described: what a language model saw; None when it saw nothing.
    """

    context: PatientContext
    picture: PictureFindings | None
    assessment: Assessment | None
    rules: RuleSet
    described: Description | None = None

    def contradictions(self) -> tuple[Contradiction, ...]:
        """Return what does not agree, found in plain code."""
        listed = self.assessment.explanation.differences if self.assessment else ()
        return compare(self._views(), listed)

    def of_lesion(self) -> tuple[Finding, ...]:
        """Return what is said of the pictured lesion, for the contradiction check."""
        return tuple(
            one
            for one in self.all()
            if not one.unknown
            and (one.origin in ON_THE_LESION or one.field.startswith(("lesion.", "class")))
        )

    def to_tell(self) -> tuple[Finding, ...]:
        """Return what may be told in a summary: without what is only not seen in a picture."""
        return tuple(one for one in self.all() if not one.absent)

    def all(self) -> tuple[Finding, ...]:
        """Return all that is known, and what is known to be unknown."""
        found = self.assessment
        return (
            *findings.of_picture(self.picture, self._measured()),
            *(findings.of_description(self.described) if self.described else ()),
            *findings.of_people(self.context),
            *(findings.of_rules(found, self.rules) if found else findings.of_gaps(("class",))),
            *(findings.of_gaps(found.missing) if found else ()),
        )

    def _measured(self) -> View:
        return views.measured(self.picture) if self.picture else View(Origin.MEASURED)

    def _views(self) -> list[View]:
        """Return the observers of the pictured lesion, which is the first (case format, 5)."""
        lesions, supports = self.context.lesions or (), self.context.supports
        devices = None if supports is None or supports.devices is None else len(supports.devices)
        found = [
            views.recorded(lesions[0] if lesions else None, self.context.skin_inspection, devices),
            self._measured(),
        ]
        if self.assessment is not None:
            if len(lesions) <= 1:  # with several, nobody knows which one the note means
                found.append(views.noted(self.assessment.explanation.notes_read))
            table = load_photo_model()
            found += [views.ruled(one, table, self.rules) for one in self.assessment.lesions[:1]]
        return [*found, views.described(self.described)] if self.described else found


def read_picture(result: JsonObject | None) -> PictureFindings | None:
    """Return what the image analysis found; None when it failed or is of another version."""
    try:
        return None if result is None else PictureFindings.from_json(result)
    except (ValueError, KeyError, TypeError):
        return None


def read_assessment(result: JsonObject | None) -> Assessment | None:
    """Return the assessment; None when it failed or is of another version."""
    try:
        return None if result is None else Assessment.model_validate(result)
    except ValidationError:
        return None
