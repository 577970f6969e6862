import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score

from vigia_detect.adapters.vision.classifier import metrics


def test_figures_agree_with_an_independent_library() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 4, 200)
    found = np.where(random.random(200) < 0.6, truth, random.integers(0, 4, 200))
    table = metrics.confusion(truth, found, 4)
    assert metrics.accuracy(table) == pytest.approx((truth == found).mean())
    assert metrics.within_one(table) == pytest.approx((abs(truth - found) <= 1).mean())
    assert metrics.macro_f1(table) == pytest.approx(f1_score(truth, found, average="macro"))
    kappa = cohen_kappa_score(truth, found, weights="quadratic")
    assert metrics.quadratic_kappa(table) == pytest.approx(kappa)


def test_a_calibrated_forecast_has_no_calibration_error_and_a_boast_has() -> None:
    random = np.random.default_rng(1)
    sure = random.uniform(0.5, 1, 20_000)
    chances = np.column_stack([sure, 1 - sure])
    truth = (random.random(20_000) > sure).astype(np.int64)
    assert metrics.calibration_error(truth, chances) < 0.02
    boast = np.column_stack([np.full(20_000, 0.99), np.full(20_000, 0.01)])
    assert metrics.calibration_error(truth, boast) == pytest.approx(0.24, abs=0.02)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(2)
    held = 0
    for number in range(60):
        right = random.random(150) < 0.7
        interval = metrics.bootstrap(
            lambda rows, right=right: float(right[rows].mean()),
            np.arange(150),
            draws=200,
            seed=number,
        )
        held += interval[0] <= 0.7 <= interval[1]
    assert held >= 52


def test_pictures_of_one_patient_widen_the_interval() -> None:
    right = np.repeat(np.random.default_rng(3).random(30) < 0.6, 10)
    low, high = metrics.bootstrap(lambda rows: float(right[rows].mean()), np.arange(300))
    wide_low, wide_high = metrics.bootstrap(
        lambda rows: float(right[rows].mean()), np.repeat(np.arange(30), 10)
    )
    assert wide_high - wide_low > 2 * (high - low)
