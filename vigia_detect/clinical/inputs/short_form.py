"""The documents' short form of a context, mapped to the grouped form by one table.

``{"age": 75, "diabetes": True}`` becomes ``{"demographics": {"age_years": 75}, "conditions":
["diabetes"]}``. The table is ``data/short_form.yaml``. A condition said to be absent is left out:
the grouped form cannot say that of one condition alone, and a list of conditions counts as
complete, which a short form that denies one of them is not.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.inputs.suggest import nearest, shown
from vigia_detect.errors import FieldProblem, InvalidContextError
from vigia_detect.phrase import Phrase

MEMBER = "[]"


@cache
def short_form() -> dict[str, str]:
    """Return the table: short key to path, ``group[].code`` for a member of a list."""
    text = resources.files("vigia_detect.clinical").joinpath("data/short_form.yaml").read_text()
    table: dict[str, str] = yaml.safe_load(text)["keys"]
    return table


def expand(data: Mapping[str, object]) -> dict[str, Any]:
    """Return the grouped form of a context that may use short keys.

    Raises:
        InvalidContextError: a key is unknown, or two keys set the same field.
    """
    groups = PatientContext.model_fields
    grouped: dict[str, Any] = {}
    for key in sorted(data, key=lambda name: name not in groups):
        if key in groups:
            grouped[key] = _copy(data[key])
        elif key in short_form():
            _put(grouped, key, short_form()[key], data[key])
        else:
            known = [*groups, *short_form()]
            problem = FieldProblem(
                f"patient_context.{shown(key)}", "unknown field", nearest(key, known)
            )
            raise InvalidContextError((problem,))
    return grouped


def _copy(value: object) -> object:
    """Groups are written into below, and the caller's own must stay as they are."""
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else value


def _put(grouped: dict[str, Any], key: str, path: str, value: object) -> None:
    if value is None:
        return
    if MEMBER in path:
        _put_member(grouped, key, path, value)
        return
    group, _, name = path.rpartition(".")
    target = grouped.setdefault(group, {}) if group else grouped
    if not isinstance(target, dict) or name in target:
        raise InvalidContextError(
            (FieldProblem(f"patient_context.{key}", "the same field twice", Phrase.quoted(path)),)
        )
    target[name] = value


def _put_member(grouped: dict[str, Any], key: str, path: str, value: object) -> None:
    if not isinstance(value, bool):
        raise InvalidContextError(
            (FieldProblem(f"patient_context.{key}", "wrong type", "true or false"),)
        )
    where, code = path.split(f"{MEMBER}.")
    group, _, name = where.rpartition(".")
    target = grouped.setdefault(group, {}) if group else grouped
    if value and code not in target.setdefault(name, []):
        target[name].append(code)
    elif not value and not target.get(name, [""]):
        del target[name]
