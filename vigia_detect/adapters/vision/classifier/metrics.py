"""Figures about predictions. Every one is a plain formula over (truth, probabilities)."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from vigia_detect.adapters.vision.classifier.heads import Labels, Numbers

BINS = 10
Interval = tuple[float, float]
Measure = Callable[[npt.NDArray[np.int64]], float]
TableMeasure = Callable[[npt.NDArray[np.int64]], float]  # of a confusion table


def confusion(truth: Labels, found: Labels, classes: int) -> npt.NDArray[np.int64]:
    """Return counts (classes, classes): row the truth, column what was found."""
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (truth, found), 1)
    return table


def accuracy(table: npt.NDArray[np.int64]) -> float:
    """Return the share on the diagonal, 0 to 1."""
    return float(np.trace(table) / max(table.sum(), 1))


def within_one(table: npt.NDArray[np.int64]) -> float:
    """Return the share at most one class away, 0 to 1; classes are in order."""
    rows, columns = np.indices(table.shape)
    return float(table[abs(rows - columns) <= 1].sum() / max(table.sum(), 1))


def macro_f1(table: npt.NDArray[np.int64]) -> float:
    """Return the mean F1 of the classes that occur, 0 to 1."""
    hits, total = np.diag(table), table.sum(0) + table.sum(1)
    present = table.sum(1) > 0
    return (
        float((2 * hits[present] / np.maximum(total[present], 1)).mean()) if present.any() else 0.0
    )


def quadratic_kappa(table: npt.NDArray[np.int64]) -> float:
    """Return Cohen's kappa with squared weights (Cohen 1968): 1 is agreement, 0 chance."""
    rows, columns = np.indices(table.shape)
    cost = (rows - columns) ** 2
    chance = np.outer(table.sum(1), table.sum(0)) / max(table.sum(), 1)
    expected = float((cost * chance).sum())
    return 1.0 - float((cost * table).sum()) / expected if expected else 0.0


def log_loss(truth: Labels, chances: Numbers) -> float:
    """Return the mean negative log probability of the truth, in nats."""
    return float(-np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-12)).mean())


def reliability(truth: Labels, chances: Numbers) -> list[tuple[float, float, int]]:
    """Return (mean confidence, share right, count) of each tenth of confidence that occurs."""
    sure, right = chances.max(1), chances.argmax(1) == truth
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    return [
        (float(sure[place == b].mean()), float(right[place == b].mean()), int((place == b).sum()))
        for b in range(BINS)
        if (place == b).any()
    ]


def calibration_error(truth: Labels, chances: Numbers) -> float:
    """Return the expected calibration error over ten bins, 0 to 1."""
    bins = reliability(truth, chances)
    return sum(abs(sure - right) * count for sure, right, count in bins) / max(len(truth), 1)


def bootstrap(measure: Measure, groups: Labels, *, draws: int = 500, seed: int = 0) -> Interval:
    """Return the 95 % interval of a measure when whole groups are drawn anew.

    Args:
        measure: takes row numbers, returns a figure.
        groups: (n,) group of each row; pictures of one patient are not independent.
        draws: how many.
        seed: of the draws.
    """
    random = np.random.default_rng(seed)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    figures = []
    for _ in range(draws):
        drawn = random.integers(0, len(members), len(members))
        figures.append(measure(np.concatenate([members[index] for index in drawn])))
    low, high = np.percentile(figures, [2.5, 97.5])
    return float(low), float(high)
