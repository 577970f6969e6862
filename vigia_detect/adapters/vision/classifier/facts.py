"""What a model's manifest says about it, checked when it is read."""

import math
import re
from dataclasses import dataclass
from typing import Any

from vigia_detect.adapters.vision.classifier.calibration import Abstention
from vigia_detect.adapters.vision.classifier.classes import CLASSES
from vigia_detect.adapters.vision.classifier.features import BLOCKS
from vigia_detect.errors import InvalidModelError

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")  # it becomes the name of a folder


@dataclass(frozen=True, slots=True)
class Facts:
    """A model's manifest, less its checksums.

    Attributes:
        name: short, lower case, for its id.
        created: UTC, ISO 8601.
        licence: what its maker says about its use.
        classes: codes, in the order of its probabilities.
        team: for each member, the blocks it looks at and its kind of head.
        temperature: by which logarithms of probabilities are divided.
        coverage: promised share of pictures with the truth among the candidates.
        candidate_threshold: least probability of a candidate.
        abstention: when a picture is left to a person.
        regions: whether it was trained with a mask of the wound.
        pictures: how many of each class it learnt from: its idea of what is common.
        figures: headline results out of fold, name to value or None.
    """

    name: str
    created: str
    licence: str
    classes: tuple[str, ...]
    team: tuple[tuple[tuple[str, ...], str], ...]
    temperature: float
    coverage: float
    candidate_threshold: float
    abstention: Abstention
    regions: bool
    pictures: dict[str, int]
    figures: dict[str, float | None]


def parse_facts(body: dict[str, Any], version: int) -> Facts:
    """Return the facts of a manifest.

    Raises:
        InvalidModelError: another format, or values that cannot be.
    """
    if body["format"] != version:
        raise InvalidModelError(
            "Model format {format!r}; this version reads {version}: train it anew.",
            format=body["format"],
            version=version,
        )
    facts = Facts(
        name=_name(body["name"]),
        created=_text(body["created"]),
        licence=_text(body["licence"]),
        classes=tuple(body["classes"]),
        team=tuple((tuple(blocks), _text(kind)) for blocks, kind in body["team"]),
        temperature=_number(body["temperature"], low=1e-3, high=1e3),
        coverage=_number(body["coverage"]),
        candidate_threshold=_number(body["candidate_threshold"]),
        abstention=_abstention(body["abstention"]),
        regions=bool(body["regions"]),
        pictures=dict(body["pictures"]),
        figures={name: _figure(value) for name, value in dict(body["figures"]).items()},
    )
    _check_classes(facts)
    return facts


def _check_classes(facts: Facts) -> None:
    in_order = tuple(code for code in CLASSES if code in facts.classes)
    if in_order != facts.classes or len(in_order) < 2:  # noqa: PLR2004 - one class is no choice
        raise InvalidModelError("The manifest's classes are not classes in their order.")
    if not facts.team or any(set(blocks) - set(BLOCKS) for blocks, _ in facts.team):
        raise InvalidModelError("The manifest's team looks at features that do not exist.")


def _abstention(found: dict[str, Any]) -> Abstention:
    known = [
        None if found[name] is None else _number(found[name]) for name in ("sensitivity", "asked")
    ]
    return Abstention(_number(found["threshold"]), _number(found["target"]), *known)


def _figure(value: object) -> float | None:
    return None if value is None else _number(value, low=-1.0)  # kappa may be below nought


def _number(value: object, low: float = 0.0, high: float = 1.0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidModelError("The manifest has something else where a number must be.")
    if not low <= value <= high:
        raise InvalidModelError(
            "The manifest has a number outside {low:g} to {high:g}.", low=low, high=high
        )
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidModelError("The manifest has something else where text must be.")
    return value


def _name(value: object) -> str:
    name = _text(value)
    if not NAME.fullmatch(name):  # a path in it would be written outside the models' folder
        raise InvalidModelError("The manifest's name is not lower-case letters, digits, hyphens.")
    return name
