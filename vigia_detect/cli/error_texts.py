"""What an error says to a person, in their language."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

from vigia_detect.cli.code_words import in_words
from vigia_detect.errors import VigiaError
from vigia_detect.phrase import Bilingual, Phrase

CATALOGUE = Path(__file__).with_name("errors_es.yaml")


def error_text(error: VigiaError, lang: str) -> str:
    """Return the whole text of an error in `lang`, `es` or `en`."""
    return phrase_text(error.phrase, lang)


def phrase_text(text: str, lang: str) -> str:
    """Return a text in `lang`; one that is no `Phrase` is somebody else's and stays as it is."""
    if lang == "en" or not isinstance(text, Phrase):
        return str(text)
    if isinstance(text, Bilingual):
        return text.es
    template = _spanish().get(text.template, text.template)
    if not text.values:
        return template
    return template.format(**{name: _told(value, lang) for name, value in text.values.items()})


def _told(value: object, lang: str) -> object:
    if isinstance(value, StrEnum):
        return in_words(value, lang)
    return phrase_text(value, lang) if isinstance(value, Phrase) else value


@cache
def _spanish() -> Mapping[str, str]:
    """Return the Spanish template of each English one; read when the first one is asked for."""
    return {pair["en"]: pair["es"] for part in read_catalogue().values() for pair in part}


def read_catalogue() -> dict[Literal["ours", "others"], list[dict[str, str]]]:
    """Return the file as it is."""
    import yaml  # noqa: PLC0415 - costs a start more than it is needed

    read: dict[Literal["ours", "others"], list[dict[str, str]]] = yaml.load(
        CATALOGUE.read_text(encoding="utf-8"), yaml.CSafeLoader
    )
    return read
