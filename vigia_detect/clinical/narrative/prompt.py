"""Prompts: versioned texts and the form of the answer, which have one checksum together."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, Field, ValidationError

from vigia_detect.clinical.data_file import DataModel, read_data
from vigia_detect.clinical.narrative.forms import Description, Pairs, Summary
from vigia_detect.domain.case import Json, JsonObject
from vigia_detect.domain.language_model import ModelRequest, PromptId
from vigia_detect.errors import ModelInvalidError

PROMPTS = Path(__file__).parent / "data" / "prompts"
_FOR_READERS = frozenset({"title", "description"})

FormT = TypeVar("FormT", bound=BaseModel)


class Texts(DataModel):
    """A prompt in one language; `user` has the names of what is put in, in braces."""

    system: str = Field(min_length=1)
    user: str = Field(min_length=1)


class PromptFile(DataModel):
    """A file of `data/prompts`."""

    name: str = Field(pattern=r"^[a-z_]+$")
    version: str = Field(pattern=r"^\d+(\.\d+)*$")
    es: Texts
    en: Texts


@dataclass(frozen=True, slots=True)
class Prompt(Generic[FormT]):
    """What is asked, and the form of the answer.

    Attributes:
        id: its checksum is over texts and form: an answer says exactly what it answers.
    """

    id: PromptId
    texts: PromptFile
    form: type[FormT]
    schema: JsonObject

    def request(
        self, lang: str, parts: Mapping[str, str], *, picture: bytes | None = None
    ) -> ModelRequest:
        """Return the request in a language, with these parts put into its text."""
        texts = self.texts.en if lang == "en" else self.texts.es
        user = texts.user.format_map(parts)
        return ModelRequest(self.id, texts.system, user, self.schema, picture)

    def read(self, content: JsonObject) -> FormT:
        """Return the filled-in form. Raises ModelInvalidError; its text never quotes the answer."""
        try:
            return self.form.model_validate(content)
        except ValidationError as error:
            raise ModelInvalidError(
                "{name}: {count} problems", name=self.id.name, count=error.error_count()
            ) from None


def load_prompt(path: Path, form: type[FormT]) -> Prompt[FormT]:
    """Return a prompt. Raises ConfigurationError when its file does not fit."""
    texts = read_data(path, PromptFile)
    schema = _bare(form.model_json_schema())
    return Prompt(
        PromptId(texts.name, texts.version, _checksum(texts, schema)), texts, form, schema
    )


@cache
def description() -> Prompt[Description]:
    """Return the prompt for the blinded description of a picture."""
    return load_prompt(PROMPTS / "description.yaml", Description)


@cache
def contradictions() -> Prompt[Pairs]:
    """Return the prompt for findings that do not agree."""
    return load_prompt(PROMPTS / "contradictions.yaml", Pairs)


@cache
def summary() -> Prompt[Summary]:
    """Return the prompt for the cited summary."""
    return load_prompt(PROMPTS / "summary.yaml", Summary)


@cache
def answer() -> Prompt[Summary]:
    """Return the prompt for the answer to a protocol question."""
    return load_prompt(PROMPTS / "answer.yaml", Summary)


def _checksum(texts: PromptFile, schema: JsonObject) -> str:
    """Return the checksum of the texts and the schema; the version is no part of it."""
    said = {"es": texts.es.model_dump(), "en": texts.en.model_dump(), "schema": schema}
    plain = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def _bare(schema: JsonObject) -> JsonObject:
    """Return a schema without the words that are for programmers."""
    return {key: _bare_value(value) for key, value in schema.items() if key not in _FOR_READERS}


def _bare_value(value: Json) -> Json:
    if isinstance(value, dict):
        return _bare(value)
    return [_bare_value(one) for one in value] if isinstance(value, list) else value
