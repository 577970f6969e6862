"""Makes probabilities mean what they say, and says when not to answer.

All of it is learnt from pictures that the judged model had not seen.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from vigia_detect.adapters.vision.classifier.heads import Labels, Numbers

COVERAGE = 0.90
SENSITIVITY = 0.95


def tempered(chances: Numbers, temperature: float) -> Numbers:
    """Return probabilities (n, classes) sharpened (below 1) or softened (above 1)."""
    return np.asarray(softmax(np.log(chances) / temperature, axis=1), np.float64)


def temperature_of(truth: Labels, chances: Numbers) -> float:
    """Return the temperature that makes the truth most likely (Guo et al. 2017)."""
    scores, rows = np.log(chances), np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        softened = softmax(scores / np.exp(log_temperature), axis=1)
        return -float(np.log(np.maximum(softened[rows, truth], 1e-12)).mean())

    found = minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded")
    return float(np.exp(found.x))


def candidate_threshold(truth: Labels, chances: Numbers, *, coverage: float = COVERAGE) -> float:
    """Return the least probability with which a class is a candidate (LAC, Sadinle et al. 2019).

    With it the truth is among the candidates of a fresh picture with the chance `coverage`, if it
    comes from where these came from. LAC gives the smallest sets that do so; sets that adapt
    (APS) promise the same and are larger.
    """
    scores = np.sort(chances[np.arange(len(truth)), truth])
    # the finite-sample rank: with n known scores a fresh one takes any of n + 1 places
    rank = int(np.floor((len(truth) + 1) * (1 - coverage)))
    return float(scores[rank - 1]) if rank > 0 else 0.0


def candidates(chances: Numbers, threshold: float) -> list[tuple[int, ...]]:
    """Return each row's candidate classes, likeliest first; never none."""
    order = np.argsort(-chances, axis=1, kind="stable")
    return [
        tuple(int(c) for place, c in enumerate(row) if place == 0 or chances[i, c] >= threshold)
        for i, row in enumerate(order)
    ]


@dataclass(frozen=True, slots=True)
class Abstention:
    """When a picture is left to a person although its proposed class is not severe.

    Attributes:
        threshold: probability of a severe class from which nothing milder may be proposed.
        target: sensitivity for severe classes that was asked for.
        sensitivity: reached out of fold; None when no severe picture is known.
        asked: share of the other pictures that a person gets to see for it, 0 to 1.
    """

    threshold: float
    target: float
    sensitivity: float | None
    asked: float | None


def abstention(
    severe: Numbers, risk: Numbers, proposed: Numbers, *, target: float = SENSITIVITY
) -> Abstention:
    """Return the highest threshold with which severe pictures are named so or left to a person.

    Args:
        severe: (n,), whether the truth is a severe class.
        risk: (n,), summed probability of the severe classes.
        proposed: (n,), whether the likeliest class is severe.
        target: least share of the severe that must not be proposed as milder.
    """
    sick, well = severe.astype(bool), ~severe.astype(bool)
    if not sick.any():
        return Abstention(0.0, target, None, None)  # unknown: a person sees every picture
    reached = np.where(proposed.astype(bool), 1.0, risk)
    ordered = np.sort(reached[sick])[::-1]
    threshold = float(min(ordered[int(np.ceil(target * len(ordered))) - 1], 1.0))
    caught = float((reached[sick] >= threshold).mean())
    asked = (
        float((~proposed.astype(bool) & (risk >= threshold))[well].mean()) if well.any() else None
    )
    return Abstention(threshold, target, caught, asked)
