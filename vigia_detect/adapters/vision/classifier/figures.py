"""How good a model is, in one object that reports, manifests and commands share."""

from dataclasses import dataclass

import numpy as np

from vigia_detect.adapters.vision.classifier import metrics
from vigia_detect.adapters.vision.classifier.calibration import candidates
from vigia_detect.adapters.vision.classifier.classes import ORDERED, SEVERE
from vigia_detect.adapters.vision.classifier.heads import Labels, Numbers
from vigia_detect.adapters.vision.classifier.metrics import Measure

MIN_SHOWN = 5  # pictures below which a subgroup's figures say nothing and could name a patient


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval; None where it cannot be known."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Results of some of the pictures."""

    name: str
    pictures: int
    accuracy: float
    within_one: float | None
    severe_sensitivity: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Overall results.

    `quadratic_kappa` and `within_one` count the pictures whose truth and proposal both have a
    place in the order of stages. `severe_sensitivity` is the share of severe pictures that were
    proposed as severe or left to a person.
    """

    pictures: int
    accuracy: Figure
    macro_f1: Figure
    quadratic_kappa: Figure
    within_one: Figure
    log_loss: float
    calibration_error: float
    coverage: Figure
    mean_candidates: float
    severe_sensitivity: Figure
    abstained: float
    confusion: list[list[int]]
    reliability: list[tuple[float, float, int]]
    subgroups: list[Subgroup]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was predicted for n pictures whose truth is known.

    Attributes:
        classes: codes.
        truth: (n,).
        chances: (n, classes), calibrated.
        included: (n, classes), whether a class is a candidate.
        abstained: (n,), whether the picture is left to a person.
        groups: (n,), what belongs together.
        subgroups: (n,) names, '' for none.
    """

    classes: tuple[str, ...]
    truth: Labels
    chances: Numbers
    included: Numbers
    abstained: Numbers
    groups: Labels
    subgroups: tuple[str, ...]


def included(chances: Numbers, threshold: float) -> Numbers:
    """Return (n, classes), 1 where a class is a candidate."""
    marks = np.zeros_like(chances)
    for row, found in enumerate(candidates(chances, threshold)):
        marks[row, list(found)] = 1
    return marks


def figures(outcome: Outcome) -> Figures:
    """Return the results."""
    truth, chances = outcome.truth, outcome.chances
    covered = outcome.included[np.arange(len(truth)), truth]
    return Figures(
        pictures=len(truth),
        accuracy=_figure(outcome, lambda rows: metrics.accuracy(_table(outcome, rows))),
        macro_f1=_figure(outcome, lambda rows: metrics.macro_f1(_table(outcome, rows))),
        quadratic_kappa=_ordered(outcome, metrics.quadratic_kappa),
        within_one=_ordered(outcome, metrics.within_one),
        log_loss=metrics.log_loss(truth, chances),
        calibration_error=metrics.calibration_error(truth, chances),
        coverage=_figure(outcome, lambda rows: float(covered[rows].mean())),
        mean_candidates=float(outcome.included.sum(1).mean()),
        severe_sensitivity=_severe(outcome),
        abstained=float(outcome.abstained.mean()),
        confusion=_table(outcome, np.arange(len(truth))).tolist(),
        reliability=metrics.reliability(truth, chances),
        subgroups=_subgroups(outcome),
    )


def is_severe(classes: tuple[str, ...]) -> Numbers:
    """Return (classes,), 1 for the severe ones."""
    return np.array([float(code in SEVERE) for code in classes])


def _table(outcome: Outcome, rows: Labels) -> Labels:
    found = outcome.chances[rows].argmax(1)
    return metrics.confusion(outcome.truth[rows], found, len(outcome.classes))


def _figure(outcome: Outcome, measure: Measure) -> Figure:
    return Figure(
        measure(np.arange(len(outcome.truth))), *metrics.bootstrap(measure, outcome.groups)
    )


def _ordered(outcome: Outcome, measure: "metrics.TableMeasure") -> Figure:
    places = [index for index, code in enumerate(outcome.classes) if code in ORDERED]
    if len(places) < 2:  # noqa: PLR2004 - one class has no order
        return Figure(None)
    return _figure(outcome, lambda rows: measure(_table(outcome, rows)[np.ix_(places, places)]))


def _severe(outcome: Outcome) -> Figure:
    sick = np.flatnonzero(is_severe(outcome.classes)[outcome.truth])
    if not sick.size:
        return Figure(None)
    caught = _caught(outcome)[sick]
    measure: Measure = lambda rows: float(caught[rows].mean())  # noqa: E731 - one line, one name
    return Figure(float(caught.mean()), *metrics.bootstrap(measure, outcome.groups[sick]))


def _caught(outcome: Outcome) -> Numbers:
    proposed = is_severe(outcome.classes)[outcome.chances.argmax(1)]
    return np.asarray(np.maximum(proposed, outcome.abstained), np.float64)


def _subgroups(outcome: Outcome) -> list[Subgroup]:
    names = np.array(outcome.subgroups)
    parts = [(code, outcome.truth == index) for index, code in enumerate(outcome.classes)]
    parts += [(str(name), names == name) for name in np.unique(names) if name]
    return [
        _subgroup(outcome, name, np.flatnonzero(rows))
        for name, rows in parts
        if rows.sum() >= MIN_SHOWN
    ]


def _subgroup(outcome: Outcome, name: str, rows: Labels) -> Subgroup:
    table = _table(outcome, rows)
    sick = rows[is_severe(outcome.classes)[outcome.truth[rows]] > 0]
    places = [index for index, code in enumerate(outcome.classes) if code in ORDERED]
    part = table[np.ix_(places, places)]
    return Subgroup(
        name=name,
        pictures=len(rows),
        accuracy=metrics.accuracy(table),
        within_one=metrics.within_one(part) if part.sum() else None,
        severe_sensitivity=float(_caught(outcome)[sick].mean()) if sick.size else None,
    )
