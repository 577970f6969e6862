"""Nested selection and what it promises, on features drawn from a known law."""

import numpy as np
import pytest

from vigia_detect.adapters.vision.classifier import calibration, selection
from vigia_detect.adapters.vision.classifier.features import BLOCKS, Blocks, Scaler
from vigia_detect.adapters.vision.classifier.grouping import split
from vigia_detect.adapters.vision.classifier.heads import Kind, Labels

SIZES = {"deep": 24, "texture": 16, "colour": 8}
SPREAD = 0.9


def drawn(count: int, seed: int) -> tuple[Blocks, Labels, float]:
    """Return features, labels, and the best accuracy that can be had on them."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 4, count)
    depth = labels + random.normal(0, SPREAD, count)
    features = {
        name: (depth[:, None] / 3 + random.normal(0, 0.4, (count, size))).astype(np.float32)
        for name, size in SIZES.items()
    }
    best = np.clip(np.round(depth), 0, 3) == labels
    return features, labels, float(best.mean())


def test_it_comes_near_the_optimum_and_keeps_its_promise_of_coverage() -> None:
    found, optimum, covered = [], [], []
    for seed in range(2):
        features, labels, _ = drawn(160, seed)
        groups = np.arange(160)
        held = np.zeros((160, 4))
        folds = split(labels, groups, folds=3, seed=0)
        for rows, part in selection.judge(tuple(Kind), features, labels, groups, folds):
            held[rows] = part
        temperature = calibration.temperature_of(labels, held)
        calm = calibration.tempered(held, temperature)
        threshold = calibration.candidate_threshold(labels, calm)
        recipe = selection.choose(tuple(Kind), features, labels, groups, seed=5)
        (team,) = selection.train([recipe], features, labels, 4)
        fresh, truth, best = drawn(4000, 100 + seed)
        chances = calibration.tempered(selection.together(team, fresh), temperature)
        sets = calibration.candidates(chances, threshold)
        found.append((chances.argmax(1) == truth).mean())
        optimum.append(best)
        covered.append(np.mean([label in one for label, one in zip(truth, sets, strict=True)]))
    assert np.mean(found) > np.mean(optimum) - 0.04
    assert np.mean(covered) == pytest.approx(0.90, abs=0.03)


def test_pure_noise_is_not_taken_for_knowledge() -> None:
    random = np.random.default_rng(9)
    features = {
        name: random.normal(size=(120, size)).astype(np.float32) for name, size in SIZES.items()
    }
    labels, groups = random.integers(0, 4, 120), np.arange(120)
    folds = split(labels, groups, folds=5, seed=0)
    judged = selection.judge((Kind.MULTINOMIAL,), features, labels, groups, folds)
    right = sum((part.argmax(1) == labels[rows]).sum() for rows, part in judged)
    assert right / 120 < 0.38


def test_what_never_changed_while_learning_says_nothing_later() -> None:
    features = {name: np.ones((10, 3), np.float32) for name in BLOCKS}
    features["deep"] = np.arange(30, dtype=np.float32).reshape(10, 3)
    scaler = Scaler.fit(BLOCKS, features)
    later = {name: np.full((1, 3), 1e9, np.float32) for name in BLOCKS}
    scaled = scaler.apply(later)
    assert (scaled[:, 3:] == 0).all()
    assert np.isfinite(scaled).all()
