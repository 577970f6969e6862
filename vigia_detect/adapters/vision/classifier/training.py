"""From a folder of class-named pictures to a model's folder."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from vigia_detect.adapters.vision.classifier import calibration, selection
from vigia_detect.adapters.vision.classifier.backbone import Regions
from vigia_detect.adapters.vision.classifier.classes import ORDERED
from vigia_detect.adapters.vision.classifier.dataset import (
    DataSet,
    Progress,
    announced,
    labelled,
    present,
    read_folder,
)
from vigia_detect.adapters.vision.classifier.facts import NAME, Facts
from vigia_detect.adapters.vision.classifier.figures import (
    Figure,
    Figures,
    Outcome,
    figures,
    included,
    is_severe,
)
from vigia_detect.adapters.vision.classifier.grouping import (
    Fold,
    contradictions,
    given_folds,
    groups_of,
    learnable,
    read_table,
    split,
)
from vigia_detect.adapters.vision.classifier.heads import Kind, Labels, Numbers
from vigia_detect.adapters.vision.classifier.model import left_to_person
from vigia_detect.adapters.vision.classifier.model_file import write_model
from vigia_detect.adapters.vision.classifier.report import page
from vigia_detect.errors import InvalidDataSetError, InvalidOptionError

FOLDS = 5
LEAST_GROUPS = 8  # of a class; with fewer, nested folds have nothing to choose by


@dataclass(frozen=True, slots=True)
class Trained:
    """What training made."""

    model_id: str
    classes: tuple[str, ...]
    figures: Figures
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """What there is to learn."""

    data: DataSet
    classes: tuple[str, ...]
    labels: Labels
    groups: Labels
    subgroups: tuple[str, ...]
    folds: list[Fold]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Return the kinds of head that make sense: ordered ones only for what is in order."""
        ordered = len(self.classes) > 2 and set(self.classes) <= set(ORDERED)  # noqa: PLR2004
        return tuple(Kind) if ordered else (Kind.MULTINOMIAL,)


def train_model(
    folder: Path,
    out: Path,
    *,
    name: str = "own",
    licence: str = "",
    lang: str = "es",
    sensitivity: float = calibration.SENSITIVITY,
    regions: Regions | None = None,
    progress: Progress = lambda _done, _all: None,
    judged: Progress = lambda _done, _all: None,
) -> Trained:
    """Learn from a folder and write a model's folder with its report.

    Args:
        folder: see `dataset.read_folder`; may hold `groups.csv`.
        out: the model's folder; it must not exist, or be empty.
        name: lower-case letters, digits and hyphens.
        licence: under what terms the pictures, and so the model, may be used.
        lang: of the report.
        sensitivity: target for the severe classes, above 0 and below 1.
        regions: tells where the wound is; the model then asks for a mask with each picture.
        progress: told of each picture read.
        judged: told of each fold judged.

    Raises:
        InvalidDataSetError: the pictures cannot be learnt from.
        InvalidOptionError: a name or folder that cannot be used.
    """
    _check_options(out, name, sensitivity)
    task = _task(folder, regions, progress)
    chances = _held_back(task, judged)
    temperature = calibration.temperature_of(task.labels, chances)
    found = figures(_outcome(task, chances, sensitivity))
    calm = calibration.tempered(chances, temperature)
    recipe = selection.choose(task.kinds, task.data.features, task.labels, task.groups, seed=FOLDS)
    (team,) = selection.train([recipe], task.data.features, task.labels, len(task.classes))
    facts = Facts(
        name=name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        licence=licence,
        classes=task.classes,
        team=tuple((member.scaler.blocks, str(member.head.kind)) for member in team),
        temperature=temperature,
        coverage=calibration.COVERAGE,
        candidate_threshold=calibration.candidate_threshold(task.labels, calm),
        abstention=_abstention(task.classes, task.labels, calm, sensitivity),
        regions=regions is not None,
        pictures={code: int((task.labels == i).sum()) for i, code in enumerate(task.classes)},
        figures=_headlines(found),
    )
    reports = {
        "report.html": page(facts, found, lang).encode(),
        "report.json": json.dumps(asdict(found), indent=2).encode(),
    }
    model_id = write_model(out, facts, team, task.data.digests, reports)
    return Trained(model_id, task.classes, found, task.data.warnings)


def _check_options(out: Path, name: str, sensitivity: float) -> None:
    if not NAME.fullmatch(name):
        raise InvalidOptionError("name: lower-case letters, digits and hyphens, at most 40.")
    if not 0 < sensitivity < 1:
        raise InvalidOptionError("sensitivity: above 0 and below 1.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InvalidOptionError("{out}: exists already; choose another folder.", out=out)


def _task(folder: Path, regions: Regions | None, progress: Progress) -> _Task:
    read = read_folder(folder, regions=regions, progress=progress)
    doubtful = {index for pair in contradictions(read) for index in pair}
    data = read.without(doubtful, "a copy of it lies in another class; both are left out.")
    names = list(labelled(data.entries))
    classes = present(data.entries)
    _check_none_is_empty(announced(folder), classes)
    labels = np.array([classes.index(name) for name in names], np.int64)
    groups = groups_of(data, read_table(folder, "group"))
    shown = read_table(folder, "subgroup")
    subgroups = tuple(shown.get(entry.path, "") for entry in data.entries)
    given = learnable(given_folds(data.entries, groups), labels)
    _check_enough(classes, labels, groups)
    folds = given or split(labels, groups, folds=FOLDS, seed=0)
    return _Task(data, classes, labels, groups, subgroups, folds)


def _check_none_is_empty(announced: tuple[str, ...], classes: tuple[str, ...]) -> None:
    """Refuse a class whose folder holds nothing: its maker would believe that it was learnt."""
    for code in announced:
        if code not in classes:
            raise InvalidDataSetError("{code}: its folder holds no readable picture.", code=code)


def _check_enough(classes: tuple[str, ...], labels: Labels, groups: Labels) -> None:
    if len(classes) < 2:  # noqa: PLR2004 - one class is no choice
        raise InvalidDataSetError("At least two classes are needed, each in its own folder.")
    for index, code in enumerate(classes):
        count = len(np.unique(groups[labels == index]))
        if count < LEAST_GROUPS:
            raise InvalidDataSetError(
                "{code}: {count} independent pictures; at least {least} are needed.",
                code=code,
                count=count,
                least=LEAST_GROUPS,
            )


def _held_back(task: _Task, progress: Progress) -> Numbers:
    chances = np.full((len(task.labels), len(task.classes)), np.nan)
    judged = selection.judge(task.kinds, task.data.features, task.labels, task.groups, task.folds)
    for number, (rows, found) in enumerate(judged, 1):
        chances[rows] = found
        progress(number, len(task.folds))
    return chances


def _outcome(task: _Task, chances: Numbers, sensitivity: float) -> Outcome:
    """Return results in which each fold was calibrated by the others alone."""
    calm, marks = np.zeros_like(chances), np.zeros_like(chances)
    left = np.zeros(len(chances))
    for _, rows in task.folds:
        others = np.setdiff1d(np.arange(len(chances)), rows)
        temperature = calibration.temperature_of(task.labels[others], chances[others])
        known = calibration.tempered(chances[others], temperature)
        calm[rows] = calibration.tempered(chances[rows], temperature)
        threshold = calibration.candidate_threshold(task.labels[others], known)
        marks[rows] = included(calm[rows], threshold)
        limit = _abstention(task.classes, task.labels[others], known, sensitivity).threshold
        left[rows] = left_to_person(calm[rows], task.classes, limit)
    return Outcome(task.classes, task.labels, calm, marks, left, task.groups, task.subgroups)


def _abstention(
    classes: tuple[str, ...], labels: Labels, chances: Numbers, target: float
) -> calibration.Abstention:
    severe = is_severe(classes)
    proposed = severe[chances.argmax(1)]
    return calibration.abstention(severe[labels], chances @ severe, proposed, target=target)


def _headlines(found: Figures) -> dict[str, float | None]:
    named = ("accuracy", "macro_f1", "quadratic_kappa", "within_one", "coverage")
    headlines: dict[str, float | None] = {}
    for name in (*named, "severe_sensitivity"):
        figure: Figure = getattr(found, name)
        headlines[name] = figure.value
    return headlines
