"""What fields and codes of the case format are called when a person or a model reads of them."""

from functools import cache

from vigia_detect.clinical.data_file import DATA, DataModel, read_data


class FieldNames(DataModel):
    """`field_names.yaml`: path to its name in Spanish and English."""

    names: dict[str, tuple[str, str]]


class CodeNames(DataModel):
    """`code_names.yaml`: code to its Spanish word."""

    names: dict[str, str]


@cache
def code_names() -> dict[str, str]:
    """Return what each code of the case format is called in Spanish."""
    return read_data(DATA / "code_names.yaml", CodeNames).names


@cache
def field_names() -> dict[str, tuple[str, str]]:
    """Return what each input field is called, in Spanish and English."""
    return read_data(DATA / "field_names.yaml", FieldNames).names


def code_word(code: str, lang: str) -> str:
    """Return what a code is called; in English it reads as it is written."""
    return code_names().get(code, code) if lang == "es" else code.replace("_", " ")
