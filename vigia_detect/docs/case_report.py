"""The schema of the one document about a case, from its types."""

import inspect
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, TypeAdapter

from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, table
from vigia_detect.stages.report import AlertReport, CaseReport, ReviewReport, StageReport

TYPES = (CaseReport, StageReport, AlertReport, ReviewReport)
ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)

HEAD = """\
What `vigia submit --wait --json`, `vigia case --json` and `vigia wait --json` print. Its JSON
Schema is [case-report.schema.json](case-report.schema.json). Every key is always there; `null`
means that the value is not known (yet), never zero, false or normal. The keys of `assessment` and
of a stage's `result` are those of the clinical engine and of the stage."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a case report."""
    adapter = TypeAdapter(CaseReport)
    # the alias is recursive; pydantic has the same type under its own name
    adapter.rebuild(_types_namespace={"Json": JsonValue})
    found = adapter.json_schema(mode="serialization")
    for kind in TYPES:
        part = found if kind is CaseReport else found["$defs"][kind.__name__]
        _describe(part, kind)
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | {key: value for key, value in found.items() if key != "$schema"}


def schema_file() -> str:
    """Return `case-report.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def page() -> str:
    """Return `case-report.md`."""
    document = schema()
    parts = [HEAD]
    for kind in TYPES:
        part = document if kind is CaseReport else document["$defs"][kind.__name__]
        parts += [f"## {kind.__name__}", part["description"], _table(part, document["$defs"])]
    return markdown.page("The case report", *parts)


def _describe(part: dict[str, Any], kind: type) -> None:
    """Give each key the sentence that the class's docstring has for it."""
    text = inspect.getdoc(kind) or ""
    part["description"] = text.split("\n\n")[0]
    for name, meaning in ATTRIBUTE.findall(text):
        part["properties"][name]["description"] = " ".join(meaning.split())
    for value in part["properties"].values():
        value.pop("title", None)


def _table(part: Mapping[str, Any], types: Mapping[str, Any]) -> str:
    rows = (
        [code(name), _type(value, types), value.get("description", "")]
        for name, value in part["properties"].items()
    )
    return table(["Key", "Type", "Meaning"], rows)


def _type(value: Mapping[str, Any], types: Mapping[str, Any]) -> str:
    if "anyOf" in value:
        return " or ".join(_type(one, types) for one in value["anyOf"])
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[-1]
        choices = types[name].get("enum")
        return ", ".join(map(code, choices)) if choices else name
    if value["type"] == "array":
        return f"list of {_type(value['items'], types)}"
    if value["type"] == "object" and "$ref" in value.get("additionalProperties", {}):
        return f"object of {_type(value['additionalProperties'], types)}"
    return str(value["type"])
