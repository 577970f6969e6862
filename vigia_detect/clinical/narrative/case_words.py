"""Words for what a narrative speaks of, in Spanish and English."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

from vigia_detect.clinical.data_file import DataModel, read_data
from vigia_detect.clinical.inputs.lesion import BedTissue
from vigia_detect.clinical.naming import code_word, field_names

Both: TypeAlias = tuple[str, str]
LANGS = ("es", "en")
WORDS = Path(__file__).parent / "data" / "case_words.yaml"


class WordsFile(DataModel):
    """`case_words.yaml`."""

    origins: dict[str, Both]
    about: dict[str, Both]
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


def path_of(field: str) -> str:
    """Return a field as it is named here: one of our own, or `lesion.x`, or another group's."""
    if "]." in field:
        return "lesion." + field.partition("].")[2]
    known = field in words().fields or field in field_names() or "." in field
    return field if known else f"lesion.{field}"


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


def bed_words(tissues: Sequence[BedTissue], lang: str) -> str:
    """Return the tissues of a wound bed, with their shares where they are known."""
    parts = (
        value_word(one.type, lang)
        + ("" if one.percent is None else f" {value_word(one.percent, lang)} %")
        for one in tissues
    )
    return ", ".join(parts) or value_word("none", lang)


def both(field: str, said: Callable[[str], str]) -> Both:
    """Return "field: value" in both languages."""
    es, en = (f"{field_word(field, lang)}: {said(lang)}" for lang in LANGS)
    return es, en


def origin_word(origin: str, lang: str) -> str:
    """Return what somebody who said something is called."""
    return words().origins[origin][LANGS.index(lang)]


def about_word(origin: str, lang: str) -> str:
    """Return the words with which what somebody says may be told, and which say nothing."""
    return words().about[origin][LANGS.index(lang)]


def kind_word(kind: str, lang: str) -> str:
    """Return in what two findings differ."""
    return words().kinds[kind][LANGS.index(lang)]


def template(name: str, lang: str, **parts: object) -> str:
    """Return a phrase with its parts put in."""
    return words().templates[name][LANGS.index(lang)].format(**parts)
