from typing import Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, codes, table
from vigia_detect.settings import Settings

TYPES = {str: "text", int: "whole number", float: "number"}

HEAD = """\
Every setting is an environment variable, read once when a process starts. A wrong value stops the
process with exit code 5 and a sentence that names the variable. There is no other configuration
file than the clinical profile that `VIGIA_PROFILE` names."""

TAIL = """\
Where two variables are named, the first that is there counts, even when it is empty. A variable
that does not begin with `VIGIA_` keeps the name that users' documents gave it; it is also read as
`VIGIA_` and its field's name (`VIGIA_BROKER`), but the name in the table wins."""


def variables(name: str, field: FieldInfo) -> list[str]:
    """Return the environment variables of a field, the one that counts first."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [str(alias)] if alias is not None else [f"VIGIA_{name.upper()}"]


def page_rows() -> list[list[str]]:
    """Return a row a setting: variables, type, default, allowed values, meaning."""
    return [
        [
            codes(variables(name, field)),
            _type(field),
            code("" if field.default is None else field.default) or "empty",
            _allowed(field),
            field.description or "",
        ]
        for name, field in Settings.model_fields.items()
    ]


def page() -> str:
    """Return `settings.md`."""
    headings = ["Variable", "Type", "Default", "Allowed", "Meaning"]
    return markdown.page("Settings", HEAD, table(headings, page_rows()), TAIL)


def _type(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return "word"
    if SecretStr in get_args(field.annotation):
        return "secret"
    return next((word for kind, word in TYPES.items() if field.annotation is kind), "path")


def _allowed(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return codes(get_args(field.annotation))
    least = [limit.ge for limit in field.metadata if isinstance(limit, Ge)]
    most = [limit.le for limit in field.metadata if isinstance(limit, Le)]
    if least and most:
        return f"{least[0]} to {most[0]}"
    return f"{least[0]} or more" if least else ""
