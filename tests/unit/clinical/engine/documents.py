"""Random case documents, drawn from the JSON Schema of the input models."""

from typing import Any

from hypothesis import strategies as st

from vigia_detect.clinical import CaseInput

SCHEMA = CaseInput.model_json_schema()
DEFINITIONS = SCHEMA["$defs"]
NOTES = [
    "Afebril, sin pus. PA 120/70.",
    "T 38,9, herida con pus y mal olor, confuso desde hoy.",
    "Paciente grave, ayuda por favor.",
    "Denies chills. BP 88/40, foul-smelling wound.",
    "",
]


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for the values that a schema allows."""
    if "$ref" in schema:
        return objects(DEFINITIONS[schema["$ref"].rsplit("/", 1)[-1]])
    if "anyOf" in schema:
        return values(next(one for one in schema["anyOf"] if one.get("type") != "null"))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return of_type(schema)


def of_type(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for a schema that names a type."""
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "integer" | "number":
            return numbers(schema, whole=schema["type"] == "integer")
        case "array":
            return st.lists(values(schema["items"]), max_size=3)
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
    return st.just("x1")


def numbers(schema: dict[str, Any], *, whole: bool) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum", 0), schema.get("maximum", 60)
    if whole:
        return st.integers(int(low), int(high))
    return (
        st.floats(low, high)
        .map(lambda number: round(number, 1))
        .filter(lambda number: low <= number <= high)
    )


@st.composite
def objects(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """Draw an object with a few of its fields: with many, nearly every case is an emergency."""
    fields = schema.get("properties", {})
    required = set(schema.get("required", ()))
    known = sorted(name for name in fields if name not in SPECIAL)
    optional = [name for name in known if name not in required]
    chosen = draw(st.lists(st.sampled_from(optional), unique=True, max_size=5)) if optional else []
    return {name: draw(values(fields[name])) for name in [*sorted(required), *chosen]}


SPECIAL = {"asked_not_obtained", "candidates", "lesion_id", "id", "notes", "lang", "error"}

contexts = st.builds(
    lambda context, notes: {**context, "notes": notes},
    objects(DEFINITIONS["PatientContext"]),
    st.sampled_from(NOTES),
)
"""Patient contexts with any mixture of fields, and a note."""

CLASSES = ["stage_1", "stage_2", "stage_3", "stage_4", "unstageable", "dtpi", "no_lesion_seen"]
candidates = st.dictionaries(
    st.sampled_from(CLASSES), st.integers(0, 33).map(lambda part: part / 100), max_size=3
)
images = st.one_of(
    st.none(),
    st.fixed_dictionaries({"error": st.just("timeout")}),
    st.fixed_dictionaries(
        {"usable": st.booleans(), "candidates": candidates},
        optional={"problems": st.lists(st.sampled_from(["blur", "no_scale", "face"]), max_size=2)},
    ),
)


def document(
    context: dict[str, Any], image: dict[str, Any] | None = None, lang: str = "es"
) -> dict[str, Any]:
    """Return a case document."""
    return {"patient_code": "P", "lang": lang, "patient_context": context, "image_analysis": image}
