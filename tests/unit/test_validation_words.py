"""What pydantic finds wrong in a file or setting of the hospital's is told in Spanish."""

from datetime import datetime, time
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from vigia_detect.cli.error_texts import phrase_text
from vigia_detect.phrase import Phrase
from vigia_detect.settings import Settings
from vigia_detect.validation import said


class Form(BaseModel):
    """A form of all sorts."""

    model_config = ConfigDict(extra="forbid")

    own: str = "a"

    @field_validator("own")
    @classmethod
    def _refuse(cls, own: str) -> str:
        if own == "{":
            raise ValueError(Phrase("names {name} twice", name=own))
        return own


CASES: list[tuple[Any, object, str]] = [
    (int, "x", "debe ser un número entero"),
    (int, 1.5, "debe ser un número entero"),
    (float, "x", "debe ser un número"),
    (bool, "perhaps", "debe ser true o false"),
    (str, 1, "debe ser un texto"),
    (time, "25:00", "debe ser una hora: la hora va de 0 a 23"),
    (time, "8", "debe ser una hora: falta una parte"),
    (datetime, "2026-13-01", "debe ser una fecha, con hora o sin ella: el mes va de 1 a 12"),
    (Literal["a"], "b", "debe ser 'a'"),
    (Literal["a", "b", "c"], "d", "debe ser 'a', 'b' o 'c'"),
    (Annotated[float, Field(ge=1)], 0, "debe ser 1 o más"),
    (Annotated[float, Field(ge=0.5)], 0, "debe ser 0.5 o más"),
    (Annotated[int, Field(le=7)], 8, "debe ser 7 o menos"),
    (Annotated[int, Field(gt=7)], 7, "debe ser mayor que 7"),
    (Annotated[int, Field(lt=7)], 7, "debe ser menor que 7"),
    (Annotated[str, Field(min_length=1)], "", "debe tener al menos 1 letra"),
    (Annotated[str, Field(min_length=2)], "", "debe tener al menos 2 letras"),
    (Annotated[str, Field(max_length=2)], "abc", "debe tener a lo más 2 letras"),
    (Annotated[str, Field(pattern="^a{2}$")], "b", "debe tener la forma '^a{2}$'"),
    (
        Annotated[list[int], Field(min_length=2)],
        [1],
        "debe tener al menos 2 elementos, no 1 (List)",
    ),
    (tuple[int, ...], 3, "debe ser una lista"),
    (dict[str, int], 3, "debe ser un objeto con nombres y valores"),
    (Form, {"other": 1}, "este campo no existe"),
    (Form, {"own": "{"}, "nombra { dos veces"),
]


@pytest.mark.parametrize(("kind", "value", "told"), CASES, ids=range(len(CASES)))
def test_it_is_told_in_spanish_and_stays_as_it_was_in_english(
    kind: Any, value: object, told: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    (problem,) = caught.value.errors()
    assert str(said(problem)) == problem["msg"]
    assert phrase_text(said(problem), "es") == told


@pytest.mark.parametrize(
    ("kind", "json", "told"),
    [
        (tuple[int, ...], "3", "debe ser una lista"),
        (Form, "3", "debe ser un objeto con nombres y valores"),
    ],
)
def test_so_it_is_when_json_is_read(kind: Any, json: str, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_json(json)
    assert [phrase_text(said(one), "es") for one in caught.value.errors()] == [told]


def test_every_bound_of_a_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"VIGIA_{name.upper()}", "\u00bf-1?")
    with pytest.raises(ValidationError) as caught:
        Settings()
    problems = caught.value.errors()
    assert len(problems) > 30
    for problem in problems:
        assert phrase_text(said(problem), "es") != problem["msg"], problem
