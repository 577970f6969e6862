import numpy as np
import pytest
from scipy.optimize import check_grad

from vigia_detect.adapters.vision.classifier import heads
from vigia_detect.adapters.vision.classifier.heads import Kind, Turned, fit


def ordered_points(count: int, seed: int) -> tuple[heads.Numbers, heads.Labels]:
    random = np.random.default_rng(seed)
    points = random.normal(size=(count, 12)) / 3
    depth = points @ np.linspace(1, 2, 12) + random.normal(0, 0.3, count)
    return points, np.digitize(depth, np.quantile(depth, [0.3, 0.6, 0.8])).astype(np.int64)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("classes", [2, 4])
def test_a_head_learns_and_its_probabilities_sum_to_one(kind: Kind, classes: int) -> None:
    points, labels = ordered_points(300, seed=1)
    labels = np.minimum(labels, classes - 1)
    head = fit(kind, Turned.of(points), labels, classes=classes, strength=30.0)
    chances = head.probabilities(points)
    assert chances.shape == (300, classes)
    assert (chances > 0).all()
    assert np.allclose(chances.sum(1), 1)
    assert (chances.argmax(1) == labels).mean() > 0.7


@pytest.mark.parametrize("kind", Kind)
def test_less_strength_means_less_certainty(kind: Kind) -> None:
    points, labels = ordered_points(120, seed=2)
    weak, strong = (
        fit(kind, Turned.of(points), labels, classes=4, strength=strength).probabilities(points)
        for strength in (0.01, 100.0)
    )
    assert weak.max(1).mean() < strong.max(1).mean()


def test_the_slope_of_the_ordinal_loss_is_its_slope() -> None:
    points, labels = ordered_points(60, seed=3)
    weights = np.linspace(0.5, 2, 60)
    parts = (points, labels, weights, 2.0)
    at = np.concatenate([np.full(12, 0.1), [0.7, -0.2, 0.3]])
    error = check_grad(
        lambda x: heads._ordinal_loss(x, *parts)[0], lambda x: heads._ordinal_loss(x, *parts)[1], at
    )
    assert error < 1e-3


def test_turning_does_not_change_what_is_learnt() -> None:
    points, labels = ordered_points(80, seed=4)
    turned = Turned.of(points)
    assert np.allclose(turned.points @ turned.back.T, points)
    plain = Turned(points, np.eye(points.shape[1]))
    one, other = (
        fit(Kind.MULTINOMIAL, each, labels, classes=4, strength=3.0).probabilities(points)
        for each in (turned, plain)
    )
    assert np.allclose(one, other, atol=1e-3)


def test_rare_classes_count_as_much_as_common_ones() -> None:
    random = np.random.default_rng(5)
    labels = np.repeat([0, 1], [190, 10]).astype(np.int64)
    points = random.normal(0, 0.5, (200, 3)) + labels[:, None] * 0.5
    head = fit(Kind.MULTINOMIAL, Turned.of(points), labels, classes=2, strength=10.0)
    assert (head.probabilities(points).argmax(1)[labels == 1] == 1).mean() >= 0.7
