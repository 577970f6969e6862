"""Reads the medicine: YAML files into frozen, typed models, or a refusal that names the line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase
from vigia_detect.validation import said

DATA = Path(__file__).parent / "data"


class DataModel(BaseModel):
    """Base of all models of medical data: nothing unknown, nothing converted, nothing changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Model = TypeVar("Model", bound=BaseModel)


def read_data(path: Path, model: type[Model]) -> Model:
    """Read a YAML file and check it against its model.

    Raises:
        ConfigurationError: the file is missing, is not YAML, names a key twice, or does not fit
            the model; each problem on a line of its own with file, line and place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            "{name}: cannot be read ({why})", name=path.name, why=Phrase.why(error)
        ) from error
    root, data = parse_yaml(text, path.name)
    try:
        # By way of JSON, whose strict rules let a list be a tuple and a text an enum's member.
        return model.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        problems = [
            Phrase(
                "{name}:{line}: {place}: {problem}",
                name=path.name,
                line=_line(root, problem["loc"]),
                place=".".join(map(str, problem["loc"])),
                problem=said(problem),
            )
            for problem in error.errors()
        ]
        raise ConfigurationError(Phrase.joined("\n", problems)) from error


def line_in(path: Path, place: tuple[int | str, ...]) -> str:
    """Return ``file:line`` of a place in a YAML file, for a problem that only its reader sees."""
    root, _ = parse_yaml(path.read_text(encoding="utf-8"), path.name)
    return f"{path.name}:{_line(root, place)}"


def parse_yaml(text: str, name: str) -> tuple[yaml.Node | None, object]:
    """Return the nodes of a YAML text, which know their lines, and its data.

    Raises:
        ConfigurationError: it is not YAML or names a key twice; `name` and line come first.
    """
    loader = yaml.CSafeLoader(text)
    try:
        root = loader.get_single_node()
        for key in _repeated_keys(root):
            line = key.start_mark.line + 1
            raise ConfigurationError(
                "{name}:{line}: {value}: named twice", name=name, line=line, value=key.value
            )
        return root, None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(
            "{name}:{line}: not YAML ({problem})",
            name=name,
            line=line,
            problem=Phrase.of(error.problem or ""),
        ) from error
    finally:
        loader.dispose()


def _repeated_keys(node: yaml.Node | None) -> Iterator[yaml.Node]:
    # PyYAML would silently keep the last value; in medicine that hides a typing mistake.
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                yield key
            seen.add(str(key.value))
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(value)


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """Return the line of the deepest part of `place` that the file has."""
    line = node.start_mark.line if node else 0
    for part in place:
        children: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        if isinstance(node, yaml.MappingNode):
            children = {str(key.value): (key, value) for key, value in node.value}
        elif isinstance(node, yaml.SequenceNode):
            children = {str(index): (value, value) for index, value in enumerate(node.value)}
        if str(part) not in children:
            break
        mark, node = children[str(part)]
        line = mark.start_mark.line
    return line + 1
