from collections.abc import Callable, Mapping

from vigia_detect.clinical.scales_docs import scales_page
from vigia_detect.clinical.terminology_docs import terminology_page
from vigia_detect.docs import (
    audit,
    case_report,
    clinical_schemas,
    commands,
    escalations,
    failures,
    http,
    permissions,
    photo_classes,
    queues,
    rules,
    settings,
    states,
)

PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings.page,
    "commands.md": commands.page,
    "states.md": states.page,
    "queues.md": queues.page,
    "escalations.md": escalations.page,
    "failures.md": failures.page,
    "audit.md": audit.page,
    "http.md": http.page,
    "permissions.md": permissions.page,
    "case-report.md": case_report.page,
    "case-report.schema.json": case_report.schema_file,
    "rules.md": rules.page,
    "photo-classes.md": photo_classes.page,
    "case.schema.json": clinical_schemas.case_schema,
    "assessment.schema.json": clinical_schemas.assessment_schema,
    "scales.md": scales_page,
    "terminology.md": terminology_page,
}
"""The generated files of `docs/reference` and what writes each."""
