"""Chooses how to learn by pictures that were held back twice (nested cross-validation).

The inner folds choose, the outer ones judge the choosing: no figure comes from a picture that had
a say in what judged it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vigia_detect.adapters.vision.classifier.calibration import temperature_of, tempered
from vigia_detect.adapters.vision.classifier.features import BLOCKS, Blocks, Scaler
from vigia_detect.adapters.vision.classifier.grouping import Fold, split
from vigia_detect.adapters.vision.classifier.heads import (
    Head,
    Kind,
    Labels,
    Numbers,
    Turned,
    fit,
)
from vigia_detect.adapters.vision.classifier.metrics import log_loss

# What a member of a team looks at. Three views that err differently are better together.
SETS = (BLOCKS, ("deep", "texture"), ("texture", "colour"))
STRENGTHS = (1.0, 3.0, 10.0, 30.0)
INNER_FOLDS = 4

Recipe = tuple[tuple[Kind, float], ...]  # the kinds of head in the team, each with its strength


@dataclass(frozen=True, slots=True)
class Member:
    """A head and what brings features into its scale."""

    scaler: Scaler
    head: Head

    def probabilities(self, features: Blocks) -> Numbers:
        """Return (n, classes)."""
        return self.head.probabilities(self.scaler.apply(features))


Team = tuple[Member, ...]


def together(team: Team, features: Blocks) -> Numbers:
    """Return the mean probabilities (n, classes) of a team."""
    return np.asarray(np.mean([each.probabilities(features) for each in team], 0), np.float64)


def rows_of(features: Blocks, rows: Labels) -> Blocks:
    """Return the features of some pictures."""
    return {name: block[rows] for name, block in features.items()}


def train(recipes: list[Recipe], features: Blocks, labels: Labels, classes: int) -> Iterator[Team]:
    """Yield a team for each recipe, all learnt from the same pictures."""
    scalers = [Scaler.fit(blocks, features) for blocks in SETS]
    turned = [Turned.of(scaler.apply(features)) for scaler in scalers]
    for recipe in recipes:
        yield tuple(
            Member(scaler, fit(kind, points, labels, classes=classes, strength=strength))
            for kind, strength in recipe
            for scaler, points in zip(scalers, turned, strict=True)
        )


def choose(
    kinds: tuple[Kind, ...], features: Blocks, labels: Labels, groups: Labels, *, seed: int
) -> Recipe:
    """Return the recipe with the least log loss on pictures held back.

    Each recipe is compared at its own best temperature, so that being too sure, which is put right
    later, does not count against it.
    """
    classes = int(labels.max()) + 1
    single: list[Recipe] = [((kind, strength),) for kind in kinds for strength in STRENGTHS]
    held = {recipe: np.zeros((len(labels), classes)) for recipe in single}
    for seen, unseen in split(labels, groups, folds=INNER_FOLDS, seed=seed):
        teams = train(single, rows_of(features, seen), labels[seen], classes)
        for recipe, team in zip(single, teams, strict=True):
            held[recipe][unseen] = together(team, rows_of(features, unseen))
    best = {
        kind: min((r for r in single if r[0][0] == kind), key=lambda r: _loss(labels, held[r]))
        for kind in kinds
    }
    everyone: Recipe = tuple(part for kind in kinds for part in best[kind])
    held[everyone] = np.mean([held[recipe] for recipe in best.values()], 0)
    return min([everyone, *best.values()], key=lambda recipe: _loss(labels, held[recipe]))


def judge(
    kinds: tuple[Kind, ...], features: Blocks, labels: Labels, groups: Labels, folds: list[Fold]
) -> Iterator[tuple[Labels, Numbers]]:
    """Yield for each fold the rows held back and their probabilities (rows, classes)."""
    classes = int(labels.max()) + 1
    for number, (seen, unseen) in enumerate(folds):
        inner = rows_of(features, seen)
        recipe = choose(kinds, inner, labels[seen], groups[seen], seed=number)
        (team,) = train([recipe], inner, labels[seen], classes)
        yield unseen, together(team, rows_of(features, unseen))


def _loss(labels: Labels, chances: Numbers) -> float:
    return log_loss(labels, tempered(chances, temperature_of(labels, chances)))
