"""Heads: straight lines from features to class probabilities.

With more features (about 2,700) than pictures a straight line separates anything, so what matters
is how strongly it is held back, not how it bends. A line also holds no training picture, unlike
a kernel machine, which would carry patients' features in its file, and it can be explained.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

DIRECTIONS = 300  # what lies beyond is noise that regularisation would remove
LEAST = 1e-6  # no class is ever impossible


class Kind(StrEnum):
    """How scores become probabilities."""

    MULTINOMIAL = "multinomial"  # one line a class
    STEPS = "steps"  # one line for each "worse than class k" (Frank and Hall 2001)
    ORDINAL = "ordinal"  # one line for all, with ordered cut points (McCullagh 1980)


ORDERED = frozenset({Kind.STEPS, Kind.ORDINAL})


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head.

    Attributes:
        kind: how scores become probabilities.
        weights: (features, lines).
        bias: (lines,), or (classes - 1,) cut points for `ordinal`.
    """

    kind: Kind
    weights: Numbers
    bias: Numbers

    def probabilities(self, features: Numbers) -> Numbers:
        """Return (n, classes), rows summing to 1, for features (n, features)."""
        scores = features @ self.weights + self.bias
        if self.kind is Kind.MULTINOMIAL:
            return _floored(softmax(scores, axis=1))
        worse = np.minimum.accumulate(expit(scores), axis=1)
        edges = np.pad(worse, ((0, 0), (1, 1)), constant_values=((0, 0), (1, 0)))
        return _floored(edges[:, :-1] - edges[:, 1:])


@dataclass(frozen=True, slots=True)
class Turned:
    """Pictures to learn from, turned into at most `DIRECTIONS` directions.

    L2 regularisation does not notice a turn, and the fits are a hundred times faster.

    Attributes:
        points: (n, directions).
        back: (features, directions), which turns a line back.
    """

    points: Numbers
    back: Numbers

    @classmethod
    def of(cls, features: Numbers) -> Self:
        """Turn features (n, features), rows of mean square length about 1."""
        size, left = np.linalg.eigh(features @ features.T)
        kept = np.flatnonzero(size > size[-1] * 1e-9)[::-1][:DIRECTIONS]
        back = features.T @ left[:, kept] / np.sqrt(size[kept])
        return cls(left[:, kept] * np.sqrt(size[kept]), back)


def fit(kind: Kind, turned: Turned, labels: Labels, *, classes: int, strength: float) -> Head:
    """Fit a head with L2 regularisation and classes weighted to count alike.

    Args:
        kind: of the head.
        turned: the pictures.
        labels: (n,) class indices; every class occurs.
        classes: how many there are.
        strength: C, the inverse of the regularisation.
    """
    line, bias = _FITS[kind](turned.points, labels, _balanced(labels, classes), strength)
    return Head(kind, turned.back @ line, bias)


def _balanced(labels: Labels, classes: int) -> Numbers:
    count = np.bincount(labels, minlength=classes)
    return np.asarray((len(labels) / (classes * count))[labels], np.float64)


def _logistic(
    features: Numbers, labels: npt.NDArray[np.bool_], weights: Numbers, strength: float
) -> tuple[Numbers, Numbers]:
    model = LogisticRegression(C=strength, max_iter=2000)
    model.fit(features, labels, sample_weight=weights)
    return model.coef_.T, model.intercept_


def _steps(
    features: Numbers, labels: Labels, weights: Numbers, strength: float
) -> tuple[Numbers, Numbers]:
    edges = range(int(labels.max()))
    found = [_logistic(features, labels > edge, weights, strength) for edge in edges]
    return np.hstack([line for line, _ in found]), np.concatenate([bias for _, bias in found])


def _multinomial(
    features: Numbers, labels: Labels, weights: Numbers, strength: float
) -> tuple[Numbers, Numbers]:
    model = LogisticRegression(C=strength, max_iter=2000)
    model.fit(features, labels, sample_weight=weights)
    if len(model.classes_) > 2:  # noqa: PLR2004 - for two classes there is one line
        return model.coef_.T, model.intercept_
    zero = np.zeros_like(model.coef_)
    return np.vstack([zero, model.coef_]).T, np.append(0.0, model.intercept_)


def _ordinal(
    features: Numbers, labels: Labels, weights: Numbers, strength: float
) -> tuple[Numbers, Numbers]:
    """Fit P(worse than k) = expit(x w + b_k), b falling, by penalised likelihood."""
    edges = int(labels.max())
    start = np.concatenate([np.zeros(features.shape[1]), [1.0], np.full(edges - 1, 0.0)])
    found = minimize(
        _ordinal_loss,
        start,
        args=(features, labels, weights, strength),
        jac=True,
        method="L-BFGS-B",
    )
    line, raw = found.x[:-edges], found.x[-edges:]
    return line[:, None], _cuts(raw)


def _cuts(raw: Numbers) -> Numbers:
    """Return falling cut points from a start and the logarithms of steps."""
    return np.asarray(raw[0] - np.append(0.0, np.cumsum(np.exp(raw[1:]))), np.float64)


def _ordinal_loss(
    values: Numbers, features: Numbers, labels: Labels, weights: Numbers, strength: float
) -> tuple[float, Numbers]:
    edges = int(labels.max())
    line, raw = values[:-edges], values[-edges:]
    worse = expit((features @ line)[:, None] + _cuts(raw))
    padded = np.pad(worse, ((0, 0), (1, 1)), constant_values=((0, 0), (1, 0)))
    rows = np.arange(len(labels))
    upper, lower = padded[rows, labels], padded[rows, labels + 1]
    chance = np.maximum(upper - lower, 1e-12)
    loss = -float(weights @ np.log(chance)) + float(line @ line) / (2 * strength)
    # d log(chance) / d score of either edge
    above, below = upper * (1 - upper) / chance * weights, lower * (1 - lower) / chance * weights
    to_cuts = np.zeros((len(labels), edges + 2))
    np.add.at(to_cuts, (rows, labels), -above)
    np.add.at(to_cuts, (rows, labels + 1), below)
    cuts = to_cuts[:, 1:-1].sum(0)
    later = np.cumsum(cuts[::-1])[::-1]  # a step moves its own cut and all later ones
    slopes = np.append(later[0], -np.exp(raw[1:]) * later[1:])
    return loss, np.concatenate([features.T @ (below - above) + line / strength, slopes])


def _floored(chances: Numbers) -> Numbers:
    kept = np.maximum(chances, LEAST)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True), np.float64)


_FITS = {Kind.MULTINOMIAL: _multinomial, Kind.STEPS: _steps, Kind.ORDINAL: _ordinal}
