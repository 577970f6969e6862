"""JSON Schemas of the case that `vigia assess` reads and of the assessment that it writes."""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from vigia_detect.clinical import Assessment, CaseInput

DIALECT = {"$schema": GenerateJsonSchema.schema_dialect}


def case_schema() -> str:
    """Return `case.schema.json`."""
    return _file(CaseInput.model_json_schema())


def assessment_schema() -> str:
    """Return `assessment.schema.json`."""
    return _file(Assessment.model_json_schema(mode="serialization"))


def _file(schema: dict[str, Any]) -> str:
    return json.dumps(DIALECT | schema, indent=2, ensure_ascii=False) + "\n"
