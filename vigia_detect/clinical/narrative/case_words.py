"""Words for what a narrative speaks of, in Spanish and English."""

from functools import cache
from pathlib import Path
from typing import TypeAlias

from vigia_detect.clinical.data_file import DataModel, read_data
from vigia_detect.clinical.naming import code_word, field_names

Both: TypeAlias = tuple[str, str]
LANGS = ("es", "en")
WORDS = Path(__file__).parent / "data" / "case_words.yaml"


class WordsFile(DataModel):
    """`case_words.yaml`."""

    origins: dict[str, Both]
    fields: dict[str, Both]
    codes: dict[str, Both]
    templates: dict[str, Both]
    kinds: dict[str, Both]
    units: dict[str, str]


@cache
def words() -> WordsFile:
    """Return the words."""
    return read_data(WORDS, WordsFile)


def field_word(field: str, lang: str) -> str:
    """Return what a field is called: one of our own, or one of the case format."""
    known = words().fields.get(field) or field_names().get(field) or (field, field)
    return known[LANGS.index(lang)]


def value_word(value: object, lang: str) -> str:
    """Return what a value is called; numbers as the language writes them."""
    if isinstance(value, bool):
        return value_word("yes" if value else "no", lang)
    if isinstance(value, int | float):
        return f"{value:g}".replace(".", "," if lang == "es" else ".")
    if isinstance(value, tuple | list):
        return ", ".join(value_word(one, lang) for one in value) or code_word("none", lang)
    own = words().codes.get(str(value))
    return own[LANGS.index(lang)] if own else code_word(str(value), lang)


def measure_word(field: str, value: object, lang: str) -> str:
    """Return a field's value with the unit that the field's name ends in."""
    text = value_word(value, lang)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text
    unit = next((unit for end, unit in words().units.items() if f"_{field}".endswith(end)), "")
    return f"{text} {unit}".rstrip()


def origin_word(origin: str, lang: str) -> str:
    """Return what somebody who said something is called."""
    return words().origins[origin][LANGS.index(lang)]


def kind_word(kind: str, lang: str) -> str:
    """Return in what two findings differ."""
    return words().kinds[kind][LANGS.index(lang)]


def template(name: str, lang: str, **parts: object) -> str:
    """Return a phrase with its parts put in."""
    return words().templates[name][LANGS.index(lang)].format(**parts)
