import numpy as np
import pytest

from vigia_detect.adapters.vision.classifier import calibration


def forecasts(count: int, seed: int, boast: float) -> tuple[np.ndarray, np.ndarray]:
    """Truths drawn from probabilities, and those probabilities sharpened by `boast`."""
    random = np.random.default_rng(seed)
    honest = random.dirichlet(np.full(4, 0.7), count)
    honest = np.maximum(honest, 1e-6) / np.maximum(honest, 1e-6).sum(1, keepdims=True)
    truth = np.array([random.choice(4, p=row) for row in honest])
    return truth, calibration.tempered(honest, 1 / boast)


@pytest.mark.parametrize("boast", [0.5, 1.0, 3.0])
def test_temperature_undoes_being_too_sure_or_too_shy(boast: float) -> None:
    truth, chances = forecasts(3000, 0, boast)
    assert calibration.temperature_of(truth, chances) == pytest.approx(boast, rel=0.1)


def test_candidates_hold_the_truth_of_fresh_pictures_as_often_as_promised() -> None:
    covered = []
    for seed in range(40):
        truth, chances = forecasts(150, seed, 2.0)
        threshold = calibration.candidate_threshold(truth, chances)
        fresh, others = forecasts(500, 1000 + seed, 2.0)
        sets = calibration.candidates(others, threshold)
        covered.append(np.mean([label in found for label, found in zip(fresh, sets, strict=True)]))
    assert np.mean(covered) == pytest.approx(0.90, abs=0.02)


def test_too_few_known_pictures_leave_every_class_possible() -> None:
    truth, chances = forecasts(8, 0, 1.0)
    threshold = calibration.candidate_threshold(truth, chances)
    assert all(len(found) == 4 for found in calibration.candidates(chances, threshold))


def test_candidates_are_never_none_and_the_likeliest_is_first() -> None:
    chances = np.array([[0.3, 0.25, 0.25, 0.2], [0.1, 0.1, 0.7, 0.1]])
    assert calibration.candidates(chances, 0.99) == [(0,), (2,)]
    assert calibration.candidates(chances, 0.22) == [(0, 1, 2), (2,)]


def test_abstention_reaches_its_target_with_the_fewest_questions() -> None:
    random = np.random.default_rng(4)
    severe = (random.random(400) < 0.3).astype(float)
    risk = np.clip(0.3 * severe + random.normal(0.35, 0.2, 400), 0, 1)
    proposed = (risk > 0.5).astype(float)
    rule = calibration.abstention(severe, risk, proposed, target=0.95)
    caught = (proposed > 0) | (risk >= rule.threshold)
    assert rule.sensitivity == pytest.approx(caught[severe > 0].mean())
    assert 0.95 <= rule.sensitivity < 0.97
    assert 0 < rule.asked < 0.9


def test_a_model_that_knows_no_severe_picture_leaves_all_to_a_person() -> None:
    rule = calibration.abstention(np.zeros(20), np.zeros(20), np.zeros(20))
    assert (rule.threshold, rule.sensitivity) == (0.0, None)
